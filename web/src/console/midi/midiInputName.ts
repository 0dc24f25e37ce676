import { texts } from "../../language/texts";

/** Says what was touched of a MIDI device, from its name in a `MidiTouch`. */
export function midiInputName(input: string): string {
  const [, kind, number = "", channel = ""] = /^(\D+?) ?(\d*), channel (\d+)$/.exec(input) ?? [];
  const { note, control, program, pitch } = texts.midi;
  if (kind === "note") return note(number, channel);
  if (kind === "control") return control(number, channel);
  if (kind === "program") return program(number, channel);
  return kind === "pitch wheel" ? pitch(channel) : input;
}
