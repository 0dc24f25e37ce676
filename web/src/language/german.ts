import { germanConsole } from "./germanConsole";
import type { TextsShape } from "./textsShape";

/** All that the pages say, in German. */
export const german: TextsShape = {
  page: {
    partner: "Der Partner tanzt",
    preview: "Ihre Kamera: Das Video verlässt diese Seite nie",
    measurements: "Messwerte",
    dismiss: "Schließen",
    controls: "Bedienung",
    energy: "Energie",
    emotion: "Gefühl",
    takeUp: "Meinen Tanz aufgreifen",
    webcam: "Mit der Webcam tanzen",
    fullScreen: "Vollbild",
    operate: "Show steuern",
    reload: "Neu laden",
    mainStage: "Zur Hauptbühne",
    demo: "Der Partner, farbig gekleidet, tanzt mit dem Demo-Performer in Schwarz",
    invitation: "Treten Sie näher, und ich tanze mit Ihnen",
    insecure:
      "Diese Seite läuft nicht über https, deshalb gibt der Browser ihr weder Kamera noch Mikrofon noch MIDI, und der Bildschirm kann einschlafen: Starten Sie den Server mit „bhava serve --tls“ und öffnen Sie die Adresse, die er nennt.",
  },
  state: {
    connecting: "Verbindung wird aufgebaut…",
    waiting: "Verbindung verloren. Wird wiederhergestellt…",
    refused:
      "Der Server hat die Verbindung abgelehnt. Laden Sie die Seite neu, um es noch einmal zu versuchen.",
    closed: "Nicht verbunden",
    live: "Live",
    lost: (source) => `${source}: kein Signal`,
    starting: (source) => `${source}: startet`,
    alone: "tanzt allein",
    inviting: "noch tanzt niemand mit. Öffnen Sie /dance auf einem Rechner mit Webcam",
    demo: "tanzt mit dem Demo-Performer",
    performer: "tanzt mit einem Performer",
  },
  refusal: {
    performer_taken:
      "Gerade tanzt jemand anderes mit diesem Partner. Sehen Sie zu, und versuchen Sie es danach noch einmal.",
    source_not_browser:
      "Dieser Partner folgt einem anderen Performer, deshalb können Sie hier nicht tanzen. Zusehen können Sie trotzdem.",
    not_operator: "Performer können die Show nicht ändern. Das kann nur die Regie.",
    wrong_key: "Ohne den Schlüssel oder einen gültigen Link können Sie nur, was allen offensteht.",
    key_too_soon:
      "Von hier kamen zu viele falsche Schlüssel. Warten Sie eine Minute, dann versuchen Sie es noch einmal.",
    not_granted: "Ihr Link erlaubt das nicht, oder er gilt für eine andere Bühne.",
    unknown_stage: "Diese Bühne gibt es nicht. Prüfen Sie die Adresse.",
    stage_ended: "Die Show auf dieser Bühne ist vorbei.",
    performer_absent: "Die Kamera sieht noch niemanden. Stellen Sie sich davor.",
    unsupported_version:
      "Diese Seite und der Server haben verschiedene Versionen. Laden Sie die Seite neu, um sie zu aktualisieren.",
    still_unsupported:
      "Diese Seite und der Server haben verschiedene Versionen, und Neuladen hilft nicht. Bitte sagen Sie der Betreuung dieser Installation Bescheid.",
  },
  browser: {
    noWebGl:
      "Dieser Browser kann nichts in 3D darstellen: WebGL 2 fehlt. Schalten Sie die Hardwarebeschleunigung ein, oder öffnen Sie die Seite in einem aktuellen Chrome, Firefox, Edge oder Safari.",
  },
  camera: {
    NotAllowedError:
      "Diese Seite darf die Kamera nicht benutzen. Erlauben Sie es in der Adressleiste und versuchen Sie es noch einmal, oder sehen Sie einfach zu.",
    NotFoundError:
      "Es wurde keine Kamera gefunden. Schließen Sie eine an und versuchen Sie es noch einmal, oder sehen Sie einfach zu.",
    NotReadableError:
      "Ein anderes Programm benutzt die Kamera. Beenden Sie es und versuchen Sie es noch einmal, oder sehen Sie einfach zu.",
    AbortError:
      "Die Kamera ist beim Starten ausgefallen. Versuchen Sie es noch einmal, oder sehen Sie einfach zu.",
    other: (name) =>
      `Die Kamera ließ sich nicht öffnen (${name}). Versuchen Sie es noch einmal, oder sehen Sie einfach zu.`,
    taken:
      "Die Kamera wurde getrennt. Schließen Sie sie an und versuchen Sie es noch einmal, oder sehen Sie einfach zu.",
    failed: (why) =>
      `Die Körpererkennung ist ausgefallen: ${why}. Laden Sie die Seite neu, oder sehen Sie einfach zu.`,
    slow: (rate) =>
      `Ihre Kamera liefert nur ${rate} Bilder pro Sekunde, deshalb reagiert der Partner spät. Mehr Licht hilft oft. Sonst versuchen Sie es mit einer anderen Kamera.`,
  },
  dance: {
    title: "Tanzen Sie mit einem Partner, der fühlt",
    explanation:
      "Stellen Sie sich so vor Ihre Kamera, dass Sie von Kopf bis Fuß zu sehen sind und Platz zum Tanzen haben. Ihr Partner macht Ihnen zuerst alles nach. Später geht er eigene Wege, wenn Sie ihn lassen.",
    feeling: "Wie fühlt sich Ihr Partner?",
    privacy:
      "Das Video verlässt diese Seite nie. Gesendet werden nur die Positionen Ihrer Gelenke.",
    start: "Anfangen",
    opening: "Erlauben Sie die Kamera, wenn Ihr Browser fragt…",
    loading: "Körpererkennung wird geladen… Beim ersten Mal dauert das einen Moment.",
    getReady: "Bleiben Sie so…",
    introduction: "Die dunkle Figur sind Sie. Ihr Partner trägt die Farbe.",
    again: "Noch einmal",
    watch: "Nur zusehen",
    wait: "Warten, bis ich dran bin",
    waiting: "Bald sind Sie dran. Diese Seite fängt von selbst an, sobald die Bühne frei ist.",
    taken: "Gerade tanzt jemand anderes mit diesem Partner.",
    lostSeat: "Jemand anderes hat Ihren Platz auf der Bühne eingenommen.",
    freed: "Die Regie hat Ihren Auftritt beendet.",
    stop: "Aufhören",
    partner: "Ihr Partner",
    mode: {
      continue: "tanzt weiter",
      mirror: "ahmt Sie nach",
      duet: "tanzt mit Ihnen",
      answer: "antwortet",
      solo: "tanzt allein",
    },
    invitation: "Soll Ihr Partner jetzt eigene Wege gehen?",
    letGo: "Ja, gern",
    copyMe: "Wieder nachahmen",
    placement: "Ihre Figur",
    unseen: "Ich sehe Sie nicht. Treten Sie wieder ins Bild.",
    hidden: "Kommen Sie zurück: Der Partner sieht Sie nur, solange diese Seite vorn ist",
    wasHidden: "Während diese Seite im Hintergrund war, konnte der Partner Sie nicht sehen.",
    disconnected:
      "Der Server antwortet nicht. Die Verbindung wird wiederhergestellt. Bleiben Sie, wo Sie sind…",
  },
  framing: {
    nobody: "Stellen Sie sich vor Ihre Kamera",
    dark: "Es ist zu dunkel, um Sie zu sehen. Machen Sie Licht",
    near: "Gehen Sie zurück, bis Sie von Kopf bis Fuß im Bild sind",
    head: "Ihr Kopf ist abgeschnitten: Gehen Sie zurück, oder richten Sie die Kamera höher",
    feet: "Ihre Füße sind abgeschnitten: Gehen Sie zurück, oder richten Sie die Kamera tiefer",
    far: "Kommen Sie näher",
    left: "Gehen Sie einen Schritt nach links",
    right: "Gehen Sie einen Schritt nach rechts",
    good: "Bleiben Sie so…",
  },
  placement: {
    alone: "Ausgeblendet",
    beside: "Seite an Seite",
    facing: "Gegenüber",
    mirror: "Gespiegelt",
    merged: "Verschmolzen",
  },
  settings: {
    wrong: (name, expected, got) =>
      `„${name}=${got}“ in der Adresse ist ungültig: Erwartet wird ${expected}. Die Seite übergeht es.`,
    corners:
      "acht Zahlen, x und y der vier Ecken, im Uhrzeigersinn von links oben, als Anteile des Bildschirms",
    night: "eine Anfangs- und eine Endzeit, etwa 22:00-08:00",
    quality: "low, medium oder high",
    lang: "en oder de",
    look: "der Name einer Darstellung",
    camera: "still (steht) oder directed (geführt)",
    wall: "bis zu acht Namen von Bühnen, durch Kommas getrennt",
    placement: "alone, beside, facing, mirror oder merged",
    attract: "eine Anzahl von Sekunden",
    whip: "eine Adresse, die mit https:// oder http:// beginnt",
  },
  whip: {
    unreachable: (server) =>
      `Das Bild erreicht ${server} nicht: Dort antwortet niemand, oder Seiten dieser Adresse sind nicht zugelassen (CORS). Die Seite versucht es weiter.`,
    token: (server) =>
      `${server} nimmt das Token nicht an: Schreiben Sie das richtige hinter #whip= in die Adresse dieser Seite.`,
    nothing: (server) =>
      `Unter ${server} gibt es keinen WHIP-Server. Die Seite versucht es weiter.`,
    refused: (server, status) =>
      `${server} weist das Bild mit Status ${status} zurück. Die Seite versucht es weiter.`,
    lost: (server) => `Die Verbindung zu ${server} ist verloren. Die Seite verbindet sich neu.`,
  },
  keystone: {
    help: "Ziehen Sie die Ecken an die Ränder Ihrer Wand, oder bewegen Sie sie mit den Pfeiltasten. Die Adresse der Seite speichert sie.",
    corners: ["Ecke links oben", "Ecke rechts oben", "Ecke rechts unten", "Ecke links unten"],
    done: "Fertig",
    reset: "Zurücksetzen",
  },
  avatar: {
    hint: "Legen Sie hier eine VRM- oder GLB-Datei ab, und sie tanzt",
    bring: "Eigenen Avatar verwenden",
    dismiss: "Avatar entfernen",
    loading: (percent) => `Avatar wird geladen${percent}…`,
    noAddress: (name) => `„${name}“ ist keine gültige Adresse.`,
    failed: "Der Avatar ließ sich nicht laden. Laden Sie die Seite neu.",
    thisFile: "Diese Datei",
    quoted: (name) => `„${name}“`,
    damaged: (name) => `${name} ist beschädigt. Exportieren oder laden Sie die Datei noch einmal.`,
    unfitting: (name) =>
      `${name} ist beschädigt: Die Teile passen nicht zusammen. Exportieren Sie die Datei noch einmal.`,
    old: (name) =>
      `${name} verwendet eine alte Version von glTF. Exportieren Sie die Datei als binäres glTF 2.0.`,
    fbx: (name) =>
      `${name} ist eine FBX-Datei. Wandeln Sie sie erst in GLB oder VRM um, etwa mit Blender.`,
    partless: (name, part) =>
      `${name} hat einen Teil in einer anderen Datei, ${part}. Legen Sie beide zusammen ab, oder exportieren Sie den Avatar als einzelne GLB- oder VRM-Datei.`,
    motion: (name) =>
      `${name} enthält Bewegung, keinen Avatar. Der Befehl \`bhava show\` zeigt sie; hier ist eine GLB- oder VRM-Datei nötig.`,
    bodiless: (name) =>
      `${name} hat Knochen, aber keinen sichtbaren Körper, wie Dateien, die nur Bewegung enthalten. Exportieren Sie den Avatar mit seinem Netz.`,
    unknown: (name) => `${name} ist kein Avatar. Diese Seite liest GLB- und VRM-Dateien.`,
    packed: (name, how) =>
      `${name} verwendet ${how}, und das kann diese Seite nicht lesen. Exportieren Sie die Datei ohne.`,
    draco: "Draco-Kompression",
    basis: "Basis-Texturen (KTX2)",
    scattered: (name) =>
      `${name} verweist auf andere Dateien. Exportieren Sie den Avatar als einzelne Datei.`,
    demanding: (name) =>
      `${name} braucht mehr Speicher, als ein Browser hat. Exportieren Sie die Datei mit kleineren Texturen oder weniger Polygonen.`,
    large: (name, megabytes) =>
      `${name} ist zu groß: Die Datei hat ${megabytes} MB, erlaubt sind 300 MB. Exportieren Sie sie mit kleineren Texturen oder weniger Polygonen.`,
    pictures: (name, count) =>
      `${name} hat Texturen, die dieser Browser nicht lesen kann (${count}). Exportieren Sie die Datei mit PNG- oder JPEG-Texturen.`,
    moved: (name) =>
      `${name} ließ sich nicht von Ihrer Festplatte lesen. Wurde die Datei verschoben oder geändert?`,
    notOnTheWeb: (name) => `${name} hat keine Webadresse (http oder https).`,
    notFound: (name, host, status) =>
      `${name} wurde nicht gefunden: ${host} antwortete mit ${status}.`,
    brokeOff: (name, host) =>
      `${name} ist nicht angekommen: Die Verbindung zu ${host} brach ab. Versuchen Sie es noch einmal.`,
    unreachable: (host) =>
      `${host} hat den Avatar nicht geliefert: Die Adresse ist falsch, das Netz ist ausgefallen, oder der Server lässt andere Seiten die Datei nicht lesen (CORS). Laden Sie die Datei herunter und legen Sie sie hier ab.`,
    boneless: (name, missing) =>
      `${name} kann nicht tanzen: Nötig ist ein menschliches Skelett, und diese Knochen fehlen: ${missing}. Riggen Sie die Figur als Humanoid, etwa mit Mixamo oder VRoid Studio.`,
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
    title: "Anweisung (auf Englisch)",
    example: "a person walks and waves",
    say: "Senden",
    stop: "Leeren",
  },
  sound: {
    title: "Takt",
    tap: "Mittippen",
    bpm: "Schläge pro Minute",
    listen: "Zuhören",
    listening: "Hört zu…",
    stop: "Nicht mehr zuhören",
    off: "Kein Takt",
    onTheBeat: "Gefühl auf dem Schlag wechseln",
    onTheBar: "Gefühl zum Taktanfang wechseln",
    tempo: "Tempo von",
    tempi: {
      any: "Jedem",
      hand: "Tippen und Zahl",
      microphone: "Mikrofon",
      midi: "MIDI-Clock",
      osc: "OSC",
      link: "Ableton Link",
    },
    clock: (bpm) => `MIDI-Clock: ${bpm.toFixed(1)} Schläge pro Minute`,
    noClock: "Keine MIDI-Clock tickt. Der Takt läuft weiter wie bisher.",
    hint: "Tippen Sie mit, geben Sie das Tempo ein, oder lassen Sie das Mikrofon zuhören. Der Ton bleibt auf diesem Gerät.",
    heard: (bpm) => `${bpm.toFixed(0)} Schläge pro Minute`,
    unclear: "Noch kein klarer Takt",
    refused:
      "Das Mikrofon ließ sich nicht öffnen. Erlauben Sie es in der Adressleiste, oder tippen Sie mit.",
  },
  emotion: {
    neutral: "Neutral",
    happy: "Fröhlich",
    sad: "Traurig",
    angry: "Wütend",
    proud: "Stolz",
    afraid: "Ängstlich",
    tired: "Müde",
    excited: "Begeistert",
  },
  look: {
    dancer: "Tanzfigur",
    athlete: "Athlet",
    mannequin: "Gliederpuppe",
    light: "Gestalt aus Licht",
    motes: "Staub, der sich erinnert",
    ribbons: "Schleier aus Seide",
    ink: "Pinsel und Tusche",
    echoes: "Ensemble aus Echos",
    ghost: "Geist",
  },
  source: {
    demo: "Demo-Performer",
    browser: "Webcam im Browser",
    camera: (number) => `Kamera ${number}`,
    vmc: "Bewegungserfassung (VMC)",
  },
  vote: {
    title: "Wie soll getanzt werden?",
    scan: "Scannen und Gefühl wählen",
    code: "QR-Code: der Weg zur Abstimmung",
    voters: (count) =>
      count === 0 ? "Noch niemand hat abgestimmt" : count === 1 ? "1 Stimme" : `${count} Stimmen`,
    choose: "Tippen Sie auf ein Gefühl.",
    yours: "Ihre Stimme zählt. Sie können sie jederzeit ändern.",
    fading: "Ihre Stimme verblasst. Tippen Sie noch einmal, um sie zu erneuern.",
    closed: "Gerade wird nicht abgestimmt. Diese Seite öffnet sich von selbst.",
    refusal: {
      silent: "Der Server antwortet nicht. Neuer Versuch…",
      voting_closed: "Gerade wird nicht abgestimmt. Diese Seite öffnet sich von selbst.",
      wrong_code: "Scannen Sie den Code auf der Bühne, um abzustimmen.",
      late_code: "Dieser Code ist zu alt. Scannen Sie den, der jetzt auf der Bühne steht.",
      too_many_ballots: "Gerade kommen viele zugleich. Gleich sind Sie an der Reihe…",
      forged_ballot: "Scannen Sie den Code auf der Bühne noch einmal, um abzustimmen.",
      foreign_ballot: "Scannen Sie den Code auf der Bühne noch einmal, um abzustimmen.",
      late_ballot:
        "Ihr Stimmzettel ist abgelaufen. Scannen Sie den Code auf der Bühne noch einmal.",
      replayed_vote: "Diese Stimme war schon gezählt. Tippen Sie noch einmal.",
      unknown_emotion: "Dieses Gefühl steht nicht mehr zur Wahl. Wählen Sie ein anderes.",
    },
  },
  debug: {
    display: "Anzeige",
    latency: "Verzögerung",
    roundTrip: "Umlaufzeit",
    playout: "Puffer",
    underruns: "Aussetzer",
    lateFrames: "verspätete Bilder",
    model: "Modell",
  },
  ...germanConsole,
};
