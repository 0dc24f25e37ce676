import { germanConsole } from "./germanConsole";
import type { TextsShape } from "./textsShape";

/** All that the pages say, in German. */
export const german: TextsShape = {
  page: {
    partner: "Der Partner tanzt",
    preview: "Ihre Kamera; ihr Bild bleibt auf dieser Seite",
    measurements: "Messwerte",
    dismiss: "Schließen",
    controls: "Bedienung",
    energy: "Energie",
    emotion: "Gefühl",
    takeUp: "Nimm mich auf",
    webcam: "Mit der Webcam tanzen",
    fullScreen: "Vollbild",
    operate: "Die Show bedienen",
    reload: "Neu laden",
    mainStage: "Zur Hauptbühne",
    invitation: "Tritt ein, und ich tanze mit dir",
  },
  state: {
    connecting: "Verbinde…",
    waiting: "Verbindung verloren. Neuer Versuch…",
    refused: "Nicht eingelassen. Laden Sie die Seite neu, um es noch einmal zu versuchen.",
    closed: "Nicht verbunden",
    live: "Live",
    lost: (source) => `${source} ist verloren`,
    starting: (source) => `${source} startet`,
    alone: "tanzt allein",
    demo: "tanzt mit der Vorführung",
    performer: "tanzt mit jemandem",
  },
  refusal: {
    performer_taken:
      "Gerade tanzt jemand anderes mit diesem Partner. Sehen Sie zu, und versuchen Sie es danach noch einmal.",
    source_not_browser:
      "Dieser Partner sieht jemand anderem zu, deshalb können Sie hier nicht tanzen. Sehen Sie einfach zu.",
    not_operator: "Wer tanzt, bedient nicht; das macht jemand anderes.",
    wrong_key:
      "Nur wer den Schlüssel hat, darf die Vorstellung ändern. Sehen Sie zu und genießen Sie.",
    unknown_stage: "Diese Bühne gibt es nicht. Prüfen Sie die Adresse.",
    stage_ended: "Die Vorstellung auf dieser Bühne ist vorbei.",
    house_full: "Das Haus ist voll. Diese Seite versucht es von selbst wieder.",
    performer_absent: "Es ist noch niemand da. Stellen Sie sich vor die Kamera.",
    unsupported_version:
      "Diese Seite ist älter oder neuer als ihr Server. Laden Sie sie neu, dann passen sie wieder zusammen.",
    still_unsupported:
      "Diese Seite und ihr Server passen noch immer nicht zusammen, und neu laden hilft nicht. Sagen Sie denen Bescheid, die sie betreuen.",
  },
  browser: {
    noWebGl:
      "Dieser Browser kann nicht in 3D zeichnen (WebGL 2 fehlt). Schalten Sie die Hardwarebeschleunigung ein, oder öffnen Sie die Seite in einem aktuellen Chrome, Firefox, Edge oder Safari.",
  },
  camera: {
    NotAllowedError:
      "Der Browser durfte die Kamera nicht benutzen. Erlauben Sie es neben der Adresse und versuchen Sie es noch einmal, oder sehen Sie einfach zu.",
    NotFoundError:
      "Es wurde keine Kamera gefunden. Schließen Sie eine an und versuchen Sie es noch einmal, oder sehen Sie einfach zu.",
    NotReadableError:
      "Ein anderes Programm benutzt die Kamera. Beenden Sie es und versuchen Sie es noch einmal, oder sehen Sie einfach zu.",
    AbortError:
      "Die Kamera ist beim Starten stehen geblieben. Versuchen Sie es noch einmal, oder sehen Sie einfach zu.",
    other: (name) =>
      `Die Kamera ließ sich nicht öffnen (${name}). Versuchen Sie es noch einmal, oder sehen Sie einfach zu.`,
    insecure:
      "Browser geben die Kamera nur an https-Seiten und localhost. Öffnen Sie die Seite dort, oder sehen Sie einfach zu.",
    taken:
      "Die Kamera wurde abgezogen. Schließen Sie sie an und versuchen Sie es noch einmal, oder sehen Sie einfach zu.",
    failed: (why) =>
      `Im Bild ließ sich niemand suchen: ${why}. Laden Sie die Seite neu, oder sehen Sie einfach zu.`,
    slow: (rate) =>
      `Ihre Kamera liefert nur ${rate} Bilder in der Sekunde, deshalb folgt der Partner spät. Mehr Licht hilft oft, eine andere Kamera sicher.`,
  },
  dance: {
    title: "Tanze mit einem Partner, der fühlt",
    explanation:
      "Stellen Sie sich ganz vor Ihre Kamera, mit Platz zum Tanzen. Der Partner sieht zwei Sekunden zu, nimmt Ihren Tanz auf und führt ihn weiter, in seiner eigenen Stimmung.",
    privacy: "Ihr Bild verlässt diese Seite nie: nur die Lage Ihrer Gelenke.",
    start: "Anfangen",
    opening: "Erlauben Sie die Kamera, wenn Ihr Browser fragt…",
    loading: "Lernt Sie zu sehen… beim ersten Mal dauert das einen Moment",
    getReady: "Bleiben Sie so…",
    again: "Noch einmal",
    watch: "Nur zusehen",
    wait: "Warten, bis ich dran bin",
    waiting: "Gleich sind Sie dran. Diese Seite fängt von selbst an, sobald die Bühne frei ist.",
    taken: "Gerade tanzt jemand anderes mit diesem Partner.",
    lostSeat: "Jemand anderes hat Ihren Platz auf der Bühne eingenommen.",
    stop: "Aufhören",
    takeUp: "Nimm mich auf",
    yourself: "Sie selbst",
    unseen: "Ich habe Sie verloren. Treten Sie wieder ins Bild.",
    hidden: "Kommen Sie zurück: der Partner sieht Sie nur, solange diese Seite vorn ist",
    wasHidden: "Während diese Seite im Hintergrund war, konnte der Partner Sie nicht sehen.",
    disconnected: "Der Server antwortet nicht. Neuer Versuch; bleiben Sie, wo Sie sind…",
  },
  framing: {
    nobody: "Stellen Sie sich vor Ihre Kamera",
    dark: "Es ist zu dunkel, um Sie zu sehen. Machen Sie Licht",
    near: "Gehen Sie zurück, bis Sie von Kopf bis Fuß im Bild sind",
    head: "Kamera höher richten oder zurückgehen: Ihr Kopf ist abgeschnitten",
    feet: "Zurückgehen oder Kamera tiefer richten: Ihre Füße sind abgeschnitten",
    far: "Kommen Sie näher",
    left: "Ein Schritt nach links",
    right: "Ein Schritt nach rechts",
    good: "Bleiben Sie so…",
  },
  placement: {
    alone: "Partner allein",
    beside: "Seite an Seite",
    facing: "Einander gegenüber",
    mirror: "Wie im Spiegel",
    merged: "Verschmolzen",
  },
  settings: {
    wrong: (name, expected, got) =>
      `In der Adresse steht „${name}=${got}“, das ist nicht verständlich: erwartet wird ${expected}. Es geht ohne weiter.`,
    corners:
      "acht Zahlen: x und y der vier Ecken, im Uhrzeigersinn von links oben, in Anteilen des Schirms",
    night: "eine Zeit von und bis, etwa 22:00-08:00",
    quality: "low, medium oder high",
    lang: "en oder de",
    look: "der Name eines Aussehens",
    placement: "alone, beside, facing, mirror oder merged",
    attract: "eine Zahl von Sekunden",
  },
  keystone: {
    help: "Ziehen Sie die Ecken auf die Ränder Ihrer Wand, oder bewegen Sie sie mit den Pfeiltasten. Die Adresse der Seite merkt sie sich.",
    corners: ["Ecke links oben", "Ecke rechts oben", "Ecke rechts unten", "Ecke links unten"],
    done: "Fertig",
    reset: "Wieder gerade",
  },
  avatar: {
    hint: "Legen Sie hier eine VRM- oder GLB-Datei ab, und sie tanzt",
    bring: "Eigenen Avatar mitbringen",
    dismiss: "Avatar verabschieden",
    loading: (percent) => `Avatar lädt${percent}…`,
    noAddress: (name) => `„${name}“ ist keine Adresse eines Avatars.`,
    failed: "Der Avatar ließ sich nicht laden. Laden Sie die Seite neu.",
    thisFile: "Diese Datei",
    quoted: (name) => `„${name}“`,
    damaged: (name) => `${name} ist beschädigt. Exportieren oder holen Sie die Datei noch einmal.`,
    unfitting: (name) =>
      `${name} ist beschädigt: die Teile passen nicht zusammen. Exportieren Sie die Datei noch einmal.`,
    old: (name) =>
      `${name} hat eine alte Version von glTF. Exportieren Sie die Datei als glTF 2.0 binär.`,
    fbx: (name) =>
      `${name} ist eine FBX-Datei. Wandeln Sie sie erst in GLB oder VRM um, etwa mit Blender.`,
    text: (name) =>
      `${name} ist eine Textdatei. Exportieren Sie den Avatar in einem Stück, als GLB oder VRM.`,
    unknown: (name) => `${name} ist kein Avatar: diese Seite liest GLB- und VRM-Dateien.`,
    packed: (name, how) =>
      `${name} verwendet ${how}, was diese Seite nicht lesen kann. Exportieren Sie die Datei ohne.`,
    draco: "Draco-Kompression",
    basis: "Basis-Bilder (KTX2)",
    scattered: (name) =>
      `Teile von ${name} liegen in anderen Dateien. Exportieren Sie alles in einem Stück.`,
    demanding: (name) =>
      `${name} braucht mehr Speicher, als ein Browser hat. Exportieren Sie die Datei mit kleineren Bildern oder weniger Polygonen.`,
    large: (name, megabytes) =>
      `${name} ist zu groß: ${megabytes} MB, und höchstens 300 MB gehen. Exportieren Sie die Datei mit kleineren Bildern oder weniger Polygonen.`,
    pictures: (name, count) =>
      `${name} hat Bilder, die dieser Browser nicht lesen kann (${count}). Exportieren Sie die Datei mit Bildern als PNG oder JPEG.`,
    moved: (name) =>
      `${name} ließ sich nicht von Ihrer Festplatte lesen. Wurde die Datei verschoben oder geändert?`,
    notOnTheWeb: (name) => `${name} hat eine Adresse, die nicht im Web liegt (http oder https).`,
    notFound: (name, host, status) => `${name} wurde nicht gefunden: ${host} antwortet ${status}.`,
    brokeOff: (name, host) =>
      `${name} ist auf dem Weg von ${host} abgebrochen. Versuchen Sie es noch einmal.`,
    unreachable: (host) =>
      `${host} gibt den Avatar nicht her: die Adresse ist falsch, das Netz ist ausgefallen, oder der Server lässt ihn keine anderen Seiten lesen (CORS). Laden Sie die Datei herunter und legen Sie sie hier ab.`,
    boneless: (name, missing) =>
      `${name} kann nicht tanzen: nötig sind die Knochen eines Menschen, und diese wurden nicht gefunden: ${missing}. Riggen Sie die Figur als Humanoid, etwa mit Mixamo oder VRoid Studio.`,
    bones: {
      hips: "Hüfte",
      spine: "Wirbelsäule",
      head: "Kopf",
      UpperArm: "Oberarm",
      LowerArm: "Unterarm",
      Hand: "Hand",
      UpperLeg: "Oberschenkel",
      LowerLeg: "Unterschenkel",
      Foot: "Fuß",
    },
    sides: { left: "links", right: "rechts", both: "links und rechts" },
  },
  prompt: {
    title: "Anweisung, auf Englisch",
    example: "a person walks and waves",
    say: "Das tun",
    stop: "Keine Anweisung",
  },
  sound: {
    title: "Takt",
    tap: "Tippen",
    bpm: "Schläge in der Minute",
    listen: "Zuhören",
    listening: "Hört zu…",
    stop: "Nicht mehr zuhören",
    off: "Kein Takt",
    onTheBar: "Gefühl zum Taktanfang wechseln",
    hint: "Tippen Sie mit, geben Sie das Tempo ein, oder lassen Sie das Mikrofon zuhören. Sein Ton bleibt auf diesem Gerät.",
    heard: (bpm) => `${bpm.toFixed(0)} Schläge in der Minute`,
    unclear: "Noch kein klarer Takt",
    refused:
      "Das Mikrofon ließ sich nicht öffnen. Erlauben Sie es neben der Adresse, oder tippen Sie mit.",
    insecure:
      "Browser geben das Mikrofon nur an https-Seiten und localhost. Öffnen Sie die Seite dort, oder tippen Sie mit.",
  },

  emotion: {
    neutral: "Neutral",
    happy: "Fröhlich",
    sad: "Traurig",
    angry: "Wütend",
    proud: "Stolz",
    afraid: "Ängstlich",
    tired: "Müde",
    excited: "Aufgeregt",
  },
  look: {
    dancer: "Tanzende Gestalt",
    light: "Gestalt aus Licht",
    motes: "Staub, der sich erinnert",
    ribbons: "Schleier aus Seide",
    ink: "Pinsel und Tusche",
    echoes: "Ensemble aus Echos",
    ghost: "Geist",
  },
  source: {
    demo: "Vorführung",
    browser: "Webcam einer Seite",
    camera: (number) => `Kamera ${number}`,
  },
  debug: {
    display: "Anzeige",
    latency: "Verzögerung",
    roundTrip: "Hin und zurück",
    playout: "Puffer",
    underruns: "Aussetzer",
    lateFrames: "zu spät",
    model: "Modell",
  },
  ...germanConsole,
};
