import { UNFILTERED } from "../../sound/microphone";
import type { LtcMessage } from "./ltcWorklet";
import worklet from "./ltcWorklet.ts?worker&url";

/** Hears linear timecode at a sound input. The sound stays on this machine. */
export class LtcInput {
  private constructor(
    private readonly context: AudioContext,
    private readonly stream: MediaStream,
  ) {}

  /**
   * @param device Which input; empty for the usual one.
   * @param heard Is told every frame.
   * @param lost Is told when the input is unplugged.
   * @throws DOMException when there is no such input or it may not be used.
   */
  static async open(
    device: string,
    heard: (frame: LtcMessage) => void,
    lost: () => void,
  ): Promise<LtcInput> {
    if (navigator.mediaDevices === undefined) throw new DOMException("no secure page");
    const chosen = device === "" ? {} : { deviceId: { exact: device } };
    const audio = { ...UNFILTERED, channelCount: { ideal: 2 }, ...chosen };
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    const context = new AudioContext();
    const input = new LtcInput(context, stream);
    try {
      await context.audioWorklet.addModule(worklet);
      await context.resume();
    } catch (error) {
      input.close();
      throw error;
    }
    const node = new AudioWorkletNode(context, "ltc", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }: MessageEvent<LtcMessage>) => heard(data);
    for (const track of stream.getAudioTracks()) track.onended = lost;
    context.createMediaStreamSource(stream).connect(node);
    return input;
  }

  /** Name of the input that is heard, as `MediaDeviceInfo` has it. */
  get device(): string {
    return this.stream.getAudioTracks()[0]?.getSettings().deviceId ?? "";
  }

  close(): void {
    for (const track of this.stream.getTracks()) track.stop();
    void this.context.close();
  }
}
