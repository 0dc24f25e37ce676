import { englishConsole } from "./englishConsole";

/** All that the pages say, in English; what needs a value is a function of it. */
export const english = {
  page: {
    partner: "The partner, dancing",
    preview: "Your camera; its picture stays on this page",
    measurements: "Measurements",
    dismiss: "Dismiss",
    controls: "Controls",
    energy: "Energy",
    emotion: "Emotion",
    takeUp: "Take me up",
    webcam: "Dance with your webcam",
    fullScreen: "Full screen",
    operate: "Operate the show",
    reload: "Reload",
    mainStage: "To the main stage",
    invitation: "Step in, and I will dance with you",
  },
  state: {
    connecting: "Connecting…",
    waiting: "Connection lost. Trying again…",
    refused: "Not let in. Reload this page to try again.",
    closed: "Not connected",
    live: "Live",
    lost: (source: string) => `${source} is lost`,
    starting: (source: string) => `${source} is starting`,
    alone: "dancing alone",
    demo: "dancing with the demo performer",
    performer: "dancing with a performer",
  },
  refusal: {
    performer_taken:
      "Somebody else is dancing before this partner. Watch, and try again when they have gone.",
    source_not_browser:
      "This partner watches another performer, so you cannot dance here. Just watch.",
    not_operator: "A performer dances; somebody else operates.",
    wrong_key: "Only operators with the key may change the show. Watch and enjoy.",
    unknown_stage: "There is no such stage. Look at the address.",
    stage_ended: "The show on this stage is over.",
    house_full: "The house is full. This page tries again by itself.",
    performer_absent: "There is nobody to take up yet. Step in front of the camera.",
    unsupported_version:
      "This page is older or newer than its server. Reload it, and they will agree again.",
    still_unsupported:
      "This page and its server still disagree, and reloading does not help. Tell whoever looks after it.",
  },
  browser: {
    noWebGl:
      "This browser cannot draw in 3D (WebGL 2 is missing). Switch hardware acceleration on, or open this page in a current Chrome, Firefox, Edge or Safari.",
  },
  camera: {
    NotAllowedError:
      "The browser was not allowed to use the camera. Allow it beside the address and try again, or just watch.",
    NotFoundError: "No camera was found. Plug one in and try again, or just watch.",
    NotReadableError:
      "Another program is using the camera. Close that program and try again, or just watch.",
    AbortError: "The camera stopped while it was starting. Try again, or just watch.",
    other: (name: string) => `The camera could not be opened (${name}). Try again, or just watch.`,
    insecure:
      "Browsers lend the camera only to https pages and to localhost. Open this page there, or just watch.",
    taken: "The camera was taken away. Plug it in and try again, or just watch.",
    failed: (why: string) =>
      `Finding people in the picture failed: ${why}. Reload the page, or just watch.`,
    slow: (rate: number) =>
      `Your camera gives only ${rate} pictures a second, so the partner follows late. More light often helps; another camera surely does.`,
  },
  dance: {
    title: "Dance with a partner that feels",
    explanation:
      "Stand before your camera, whole, with room to move. The partner watches for two seconds, takes your dance up and goes on with it, in its own mood.",
    privacy: "Your picture never leaves this page: only the positions of your joints do.",
    start: "Begin",
    opening: "Allow the camera, if your browser asks…",
    loading: "Learning to see you… this takes a moment the first time",
    getReady: "Stay there…",
    again: "Try again",
    watch: "Just watch",
    wait: "Wait for my turn",
    waiting: "Waiting for your turn. This page begins by itself as soon as the stage is free.",
    taken: "Somebody else is dancing with this partner now.",
    lostSeat: "Somebody else has taken your place on the stage.",
    stop: "Stop",
    takeUp: "Take me up",
    yourself: "Yourself",
    unseen: "I have lost you. Step back into the picture.",
    hidden: "Come back: the partner sees you only while this page is in front",
    wasHidden: "While this page was in the background, the partner could not see you.",
    disconnected: "The server does not answer. Trying again; stay where you are…",
  },
  framing: {
    nobody: "Step in front of your camera",
    dark: "It is too dark to see you. Make some light",
    near: "Step back until you are in the picture from head to feet",
    head: "Tilt the camera up, or step back: your head is cut off",
    feet: "Step back, or tilt the camera down: your feet are cut off",
    far: "Come nearer",
    left: "Step to your left",
    right: "Step to your right",
    good: "Stay there…",
  },
  placement: {
    alone: "Partner alone",
    beside: "Side by side",
    facing: "Face to face",
    mirror: "As in a mirror",
    merged: "Merged",
  },
  settings: {
    wrong: (name: string, expected: string, got: string) =>
      `The address says “${name}=${got}”, which is not understood: expected ${expected}. The page goes on without it.`,
    corners:
      "eight numbers: x and y of the four corners, clockwise from the top left, in shares of the screen",
    night: "a time from and to, such as 22:00-08:00",
    quality: "low, medium or high",
    lang: "en or de",
    look: "the name of a look",
    placement: "alone, beside, facing, mirror or merged",
    attract: "a number of seconds",
  },
  keystone: {
    help: "Drag the corners onto the edges of your wall, or move them with the arrow keys. The address of this page keeps them.",
    corners: ["Top left corner", "Top right corner", "Bottom right corner", "Bottom left corner"],
    done: "Done",
    reset: "Straight again",
  },
  avatar: {
    hint: "Drop a VRM or GLB here, and it will dance",
    bring: "Bring your own avatar",
    dismiss: "Send the avatar away",
    loading: (percent: string) => `Loading the avatar${percent}…`,
    noAddress: (name: string) => `“${name}” is no address of an avatar.`,
    failed: "The avatar could not be loaded. Reload the page.",
    thisFile: "This file",
    quoted: (name: string) => `“${name}”`,
    damaged: (name: string) => `${name} is damaged. Export it again, or get it anew.`,
    unfitting: (name: string) =>
      `${name} is damaged: its parts do not fit together. Export it again.`,
    old: (name: string) => `${name} is in an old version of glTF. Export it as glTF 2.0 binary.`,
    fbx: (name: string) =>
      `${name} is an FBX file. Convert it to GLB or VRM first, for example with Blender.`,
    text: (name: string) =>
      `${name} is a text file. Export the avatar in one piece, as a GLB or VRM.`,
    unknown: (name: string) => `${name} is not an avatar: this page reads GLB and VRM files.`,
    packed: (name: string, how: string) =>
      `${name} uses ${how}, which this page cannot read. Export it without.`,
    draco: "Draco compression",
    basis: "Basis (KTX2) pictures",
    scattered: (name: string) =>
      `${name} keeps parts of itself in other files. Export it in one piece.`,
    demanding: (name: string) =>
      `${name} asks for more memory than a browser has. Export it with smaller pictures or fewer polygons.`,
    large: (name: string, megabytes: number) =>
      `${name} is too large: ${megabytes} MB, and 300 MB is the most. Export it with smaller pictures or fewer polygons.`,
    pictures: (name: string, count: number) =>
      `${name} has pictures that this browser cannot read (${count}). Export it with PNG or JPEG pictures.`,
    moved: (name: string) => `${name} could not be read from your disk. Was it moved or changed?`,
    notOnTheWeb: (name: string) => `${name} has an address that is not on the web (http or https).`,
    notFound: (name: string, host: string, status: number) =>
      `${name} was not found: ${host} answers ${status}.`,
    brokeOff: (name: string, host: string) =>
      `${name} broke off on the way from ${host}. Try again.`,
    unreachable: (host: string) =>
      `${host} did not give the avatar away: the address is wrong, the network is down, or its server does not let other pages read it (CORS). Download the file and drop it here.`,
    boneless: (name: string, missing: string) =>
      `${name} cannot dance: it needs the bones of a person, and these were not found: ${missing}. Rig it as a humanoid, for example with Mixamo or VRoid Studio.`,
    bones: {
      hips: "hips",
      spine: "spine",
      head: "head",
      UpperArm: "upper arm",
      LowerArm: "lower arm",
      Hand: "hand",
      UpperLeg: "upper leg",
      LowerLeg: "lower leg",
      Foot: "foot",
    },
    sides: { left: "left", right: "right", both: "left and right" },
  },
  prompt: {
    title: "Prompt",
    example: "a person walks and waves",
    say: "Do that",
    stop: "No prompt",
  },
  sound: {
    title: "Beat",
    tap: "Tap",
    bpm: "Beats a minute",
    listen: "Listen",
    listening: "Listening…",
    stop: "Stop listening",
    off: "No beat",
    onTheBar: "Change emotion on the bar",
    hint: "Tap along, type the tempo, or let the microphone listen. Its sound stays on this machine.",
    heard: (bpm: number) => `${bpm.toFixed(0)} beats a minute`,
    unclear: "No clear beat yet",
    refused: "The microphone could not be opened. Allow it beside the address, or tap along.",
    insecure:
      "Browsers lend the microphone only to https pages and to localhost. Open this page there, or tap along.",
  },

  emotion: {
    neutral: "Neutral",
    happy: "Happy",
    sad: "Sad",
    angry: "Angry",
    proud: "Proud",
    afraid: "Afraid",
    tired: "Tired",
    excited: "Excited",
  },
  look: {
    dancer: "Dancer",
    light: "Figure of light",
    motes: "Dust that remembers",
    ribbons: "Veils of silk",
    ink: "Brush and ink",
    echoes: "Company of echoes",
    ghost: "Ghost",
  },
  source: {
    demo: "Demo performer",
    browser: "Webcam of a page",
    camera: (number: string) => `Camera ${number}`,
  },
  debug: {
    display: "display",
    latency: "latency",
    roundTrip: "round trip",
    playout: "playout",
    underruns: "underruns",
    lateFrames: "late frames",
    model: "model",
  },
  ...englishConsole,
};
