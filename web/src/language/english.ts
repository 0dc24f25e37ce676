import { englishConsole } from "./englishConsole";

/** All that the pages say, in English; what needs a value is a function of it. */
export const english = {
  page: {
    partner: "The partner, dancing",
    preview: "Your camera: the video never leaves this page",
    measurements: "Measurements",
    dismiss: "Dismiss",
    controls: "Controls",
    energy: "Energy",
    emotion: "Emotion",
    takeUp: "Take up my dance",
    webcam: "Dance with your webcam",
    fullScreen: "Full screen",
    operate: "Run the show",
    reload: "Reload",
    mainStage: "Go to the main stage",
    demo: "The partner, in colour, dances with the demo performer, in black",
    invitation: "Step in, and I will dance with you",
  },
  state: {
    connecting: "Connecting…",
    waiting: "Connection lost. Reconnecting…",
    refused: "The server refused the connection. Reload this page to try again.",
    closed: "Not connected",
    live: "Live",
    lost: (source: string) => `${source}: no signal`,
    starting: (source: string) => `${source}: starting`,
    alone: "dancing alone",
    inviting: "nobody dances yet. Open /dance on a computer with a webcam",
    demo: "dancing with the demo performer",
    performer: "dancing with a performer",
  },
  refusal: {
    performer_taken:
      "Somebody else is dancing with this partner. Watch, and try again when they have finished.",
    source_not_browser:
      "This partner follows another performer, so you cannot dance here. You can still watch.",
    not_operator: "Performers cannot change the show. Only operators can.",
    wrong_key:
      "Without the key, or a link that is still valid, you can do only what is open to everybody.",
    key_too_soon: "Too many wrong keys came from here. Wait a minute, then try again.",
    not_granted: "Your link does not allow this, or is for another stage.",
    unknown_stage: "There is no such stage. Check the address.",
    stage_ended: "The show on this stage is over.",
    house_full: "Every place is taken. This page tries again by itself.",
    performer_absent: "The camera sees nobody yet. Step in front of it.",
    unsupported_version:
      "This page and the server have different versions. Reload the page to update it.",
    still_unsupported:
      "This page and the server have different versions, and reloading does not help. Please tell the people who run this installation.",
  },
  browser: {
    noWebGl:
      "This browser cannot draw in 3D: WebGL 2 is missing. Turn on hardware acceleration, or open this page in a current Chrome, Firefox, Edge or Safari.",
  },
  camera: {
    NotAllowedError:
      "This page is not allowed to use the camera. Allow it in the address bar and try again, or just watch.",
    NotFoundError: "No camera was found. Connect one and try again, or just watch.",
    NotReadableError: "Another program is using the camera. Close it and try again, or just watch.",
    AbortError: "The camera stopped while it was starting. Try again, or just watch.",
    other: (name: string) => `The camera could not be opened (${name}). Try again, or just watch.`,
    insecure:
      "Browsers allow the camera only on https pages and on localhost. Open this page at such an address, or just watch.",
    taken: "The camera was disconnected. Connect it and try again, or just watch.",
    failed: (why: string) => `Body tracking failed: ${why}. Reload the page, or just watch.`,
    slow: (rate: number) =>
      `Your camera delivers only ${rate} frames per second, so the partner reacts late. More light often helps. If it does not, try another camera.`,
  },
  dance: {
    title: "Dance with a partner that feels",
    explanation:
      "Stand where your camera sees you from head to foot, with room to move. The partner watches for two seconds, takes up your dance and goes on with it in its own mood.",
    privacy: "The video never leaves this page. Only the positions of your joints are sent.",
    start: "Begin",
    opening: "Allow the camera if your browser asks…",
    loading: "Loading body tracking… The first time takes a moment.",
    getReady: "Stay there…",
    again: "Try again",
    watch: "Just watch",
    wait: "Wait for my turn",
    waiting: "Waiting for your turn. This page starts by itself as soon as the stage is free.",
    taken: "Somebody else is dancing with this partner now.",
    lostSeat: "Somebody else has taken your place on the stage.",
    stop: "Stop",
    takeUp: "Take up my dance",
    placement: "Your figure",
    unseen: "I cannot see you. Step back into the picture.",
    hidden: "Come back: the partner sees you only while this page is in front",
    wasHidden: "While this page was in the background, the partner could not see you.",
    disconnected: "The server does not answer. Reconnecting. Stay where you are…",
  },
  framing: {
    nobody: "Step in front of your camera",
    dark: "It is too dark to see you. Turn on a light",
    near: "Step back until you are in the picture from head to foot",
    head: "Your head is cut off: step back, or tilt the camera up",
    feet: "Your feet are cut off: step back, or tilt the camera down",
    far: "Come closer",
    left: "Step to your left",
    right: "Step to your right",
    good: "Stay there…",
  },
  placement: {
    alone: "Hidden",
    beside: "Side by side",
    facing: "Face to face",
    mirror: "Mirrored",
    merged: "Merged",
  },
  settings: {
    wrong: (name: string, expected: string, got: string) =>
      `“${name}=${got}” in the address is not valid: expected ${expected}. The page ignores it.`,
    corners:
      "eight numbers, x and y of the four corners, clockwise from the top left, as fractions of the screen",
    night: "a start and an end time, such as 22:00-08:00",
    quality: "low, medium or high",
    lang: "en or de",
    look: "the name of a look",
    camera: "still or directed",
    wall: "up to eight names of stages with commas between them",
    placement: "alone, beside, facing, mirror or merged",
    attract: "a number of seconds",
  },
  keystone: {
    help: "Drag the corners to the edges of your wall, or move them with the arrow keys. The address of this page stores them.",
    corners: ["Top left corner", "Top right corner", "Bottom right corner", "Bottom left corner"],
    done: "Done",
    reset: "Reset",
  },
  avatar: {
    hint: "Drop a VRM or GLB file here, and it will dance",
    bring: "Use your own avatar",
    dismiss: "Remove the avatar",
    loading: (percent: string) => `Loading the avatar${percent}…`,
    noAddress: (name: string) => `“${name}” is not a valid address.`,
    failed: "The avatar could not be loaded. Reload the page.",
    thisFile: "This file",
    quoted: (name: string) => `“${name}”`,
    damaged: (name: string) => `${name} is damaged. Export or download it again.`,
    unfitting: (name: string) => `${name} is damaged: its parts do not match. Export it again.`,
    old: (name: string) => `${name} uses an old version of glTF. Export it as binary glTF 2.0.`,
    fbx: (name: string) =>
      `${name} is an FBX file. Convert it to GLB or VRM first, for example with Blender.`,
    partless: (name: string, part: string) =>
      `${name} has a part in another file, ${part}. Drop both together, or export the avatar as a single GLB or VRM file.`,
    motion: (name: string) =>
      `${name} holds motion, not an avatar. The command \`bhava show\` shows it; here a GLB or VRM file is needed.`,
    bodiless: (name: string) =>
      `${name} has bones but no body to be seen, as files of motion alone have. Export the avatar with its mesh.`,
    unknown: (name: string) => `${name} is not an avatar. This page reads GLB and VRM files.`,
    packed: (name: string, how: string) =>
      `${name} uses ${how}, which this page cannot read. Export it without that.`,
    draco: "Draco compression",
    basis: "Basis (KTX2) textures",
    scattered: (name: string) =>
      `${name} refers to other files. Export the avatar as a single file.`,
    demanding: (name: string) =>
      `${name} needs more memory than a browser has. Export it with smaller textures or fewer polygons.`,
    large: (name: string, megabytes: number) =>
      `${name} is too large: it has ${megabytes} MB, and the limit is 300 MB. Export it with smaller textures or fewer polygons.`,
    pictures: (name: string, count: number) =>
      `${name} has textures that this browser cannot read (${count}). Export it with PNG or JPEG textures.`,
    moved: (name: string) => `${name} could not be read from your disk. Was it moved or changed?`,
    notOnTheWeb: (name: string) => `${name} does not have a web address (http or https).`,
    notFound: (name: string, host: string, status: number) =>
      `${name} was not found: ${host} answered ${status}.`,
    brokeOff: (name: string, host: string) =>
      `${name} did not arrive: the connection to ${host} broke. Try again.`,
    unreachable: (host: string) =>
      `${host} did not deliver the avatar: the address is wrong, the network is down, or the server does not let other pages read the file (CORS). Download the file and drop it here.`,
    boneless: (name: string, missing: string) =>
      `${name} cannot dance: it needs a human skeleton, and these bones are missing: ${missing}. Rig it as a humanoid, for example with Mixamo or VRoid Studio.`,
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
    say: "Send",
    stop: "Clear",
  },
  sound: {
    title: "Beat",
    tap: "Tap",
    bpm: "Beats per minute",
    listen: "Listen",
    listening: "Listening…",
    stop: "Stop listening",
    off: "No beat",
    onTheBar: "Change emotion on the bar",
    hint: "Tap along, type the tempo, or let the microphone listen. The sound stays on this machine.",
    heard: (bpm: number) => `${bpm.toFixed(0)} beats per minute`,
    unclear: "No clear beat yet",
    refused: "The microphone could not be opened. Allow it in the address bar, or tap along.",
    insecure:
      "Browsers allow the microphone only on https pages and on localhost. Open this page at such an address, or tap along.",
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
    athlete: "Athlete",
    mannequin: "Mannequin",
    light: "Figure of light",
    motes: "Dust that remembers",
    ribbons: "Veils of silk",
    ink: "Brush and ink",
    echoes: "Company of echoes",
    ghost: "Ghost",
  },
  source: {
    demo: "Demo performer",
    browser: "Browser webcam",
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
