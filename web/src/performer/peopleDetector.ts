import type { Landmarks, Person } from "../protocol/encodeLandmarks";
import { coloursOf } from "./appearance";
import { type Eyes, Following } from "./following";
import { PersonView } from "./personView";
import { PoseDetector } from "./poseDetector";
import { type Region, regionOf } from "./region";
import { type Find, TRUNK, type Track } from "./track";

/** People in a picture at most, as the server looks for by default. */
const PEOPLE = 4;
/** Side of the smallest region that is looked at, picture heights. */
const SMALLEST = 0.01;

/**
 * Finds several people, each with a detector of their own, which sees nobody else.
 *
 * Another detector looks for further people, with those who are known painted over. It is loaded
 * once somebody is found.
 */
export class PeopleDetector implements Eyes {
  private readonly following = new Following(PEOPLE);
  private readonly watching = new Map<number, PoseDetector>();
  private readonly picture = document.createElement("canvas");
  private readonly pixels = this.picture.getContext("2d", {
    willReadFrequently: true,
  }) as CanvasRenderingContext2D;
  private readonly view = new PersonView(this.picture);
  private loading = false;

  private constructor(private readonly detectors: PoseDetector[]) {}

  static async load(): Promise<PeopleDetector> {
    return new PeopleDetector([await PoseDetector.load()]);
  }

  /**
   * Finds who is in the picture now shown by a video.
   *
   * @param time When it was taken, seconds.
   */
  async detect(video: HTMLVideoElement, time: number): Promise<Person[]> {
    Object.assign(this.picture, { width: video.videoWidth, height: video.videoHeight });
    this.pixels.drawImage(video, 0, 0);
    const seen = await this.following.update(this, time);
    const numbers = new Set(this.following.tracks.map(({ number }) => number));
    for (const number of this.watching.keys())
      if (!numbers.has(number)) this.watching.delete(number);
    if (this.free === undefined && this.detectors.length < PEOPLE) void this.loadAnother();
    return seen.flatMap(personOf);
  }

  async search(): Promise<Region[]> {
    const shown = this.following.tracks.filter(({ hidden }) => hidden === 0);
    const known = shown.flatMap(({ landmarks }) => landmarks ?? []);
    const found = await this.free?.detect(this.view.without(known));
    return found ? [regionOf(found)] : [];
  }

  async see(
    track: Track,
    region: Region,
    before: readonly Landmarks[],
    behind: readonly Landmarks[],
  ): Promise<Find | null> {
    const detector = this.watching.get(track.number) ?? this.free;
    if (detector === undefined || !(region.side > SMALLEST)) return null;
    this.watching.set(track.number, detector);
    const isAlone = this.following.tracks.length === 1;
    const shown = isAlone ? this.picture : this.view.only(region, track.landmarks, before, behind);
    const landmarks = await detector.detect(shown);
    return landmarks && { region: regionOf(landmarks), landmarks, worn: this.worn(landmarks) };
  }

  /** A detector that watches nobody. */
  private get free(): PoseDetector | undefined {
    const taken = new Set(this.watching.values());
    return this.detectors.find((detector) => !taken.has(detector));
  }

  private async loadAnother(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    this.detectors.push(await PoseDetector.load());
    this.loading = false;
  }

  private worn({ image }: Landmarks): Uint8Array | null {
    const { width, height } = this.picture;
    const clamp = (value: number, most: number) => Math.trunc(Math.min(Math.max(value, 0), most));
    const xs = TRUNK.map((i) => clamp((image[i]?.x ?? 0) * height + width / 2, width));
    const ys = TRUNK.map((i) => clamp((image[i]?.y ?? 0) * height + height / 2, height));
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const [across, down] = [Math.max(...xs) - left, Math.max(...ys) - top];
    if (across < 2 || down < 2) return null;
    return coloursOf(this.pixels.getImageData(left, top, across, down).data);
  }
}

function personOf({ number, landmarks, worn }: Track): Person[] {
  if (landmarks === null) return [];
  return [{ ...landmarks, track: number, colours: worn && Uint8Array.from(worn, Math.round) }];
}
