"""Words, commands and emoji for emotions, in the languages of the pages."""

WORDS: dict[str, str] = {
    "neutral": "neutral calm normal ruhig gelassen 😐 😶 😌 🧘",
    "happy": """
        happy joy joyful cheerful smile yay glad lol lul haha
        fröhlich froehlich froh glücklich gluecklich freude heiter lustig
        😀 😃 😄 😁 😆 😅 😂 🤣 🙂 😊 😇 🥰 😍 😋 😎 ☺ 🌞 ❤ 💛 🧡""",
    "sad": """
        sad sadness unhappy cry crying tears sorrow melancholy biblethump
        traurig trauer weinen unglücklich tränen wehmütig
        😢 😭 😞 😔 🙁 ☹ 😿 💔 😥 🥺""",
    "angry": """
        angry anger rage mad furious wrath
        wütend wuetend wut zornig zorn sauer böse
        😠 😡 🤬 👿 💢 😤""",
    "proud": """
        proud pride noble majestic regal boss
        stolz erhaben majestätisch würdevoll
        👑 🦁 🦚 🏆 🥇""",
    "afraid": """
        afraid fear scared scary frightened anxious timid nervous
        ängstlich aengstlich angst furcht erschrocken schüchtern nervös
        😨 😰 😱 😧 👻 🫣""",
    "tired": """
        tired sleepy exhausted weary sleep yawn residentsleeper
        müde muede schläfrig erschöpft schlafen gähn
        😴 🥱 😪 😩 😫 💤""",
    "excited": """
        excited wild energetic hype hyped crazy party pog pogchamp
        begeistert aufgeregt aufgedreht verrückt ausgelassen
        🤩 🥳 🤪 🎉 🔥 ⚡ 🚀 🪩""",
}
"""Words and emoji of each emotion that a model may have; its label is one of them in any case."""

NEGATIONS = "not no never dont doesnt isnt without nicht kein keine nie ohne"
"""Words after which nobody knows what a line asks for."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "happy": (
        "this makes me smile so much",
        "what a lovely cheerful dance",
        "pure joy and laughter",
        "so much fun, I love it",
        "good vibes, bright and sunny",
    ),
    "sad": (
        "this breaks my heart",
        "I am in tears, so lonely",
        "mourning and grief",
        "make it weep with sorrow",
        "so gloomy and heartbroken",
    ),
    "angry": (
        "smash everything, full of rage",
        "furious and aggressive, fight",
        "stomp with fury",
        "so much hatred and violence",
        "burn it down in anger",
    ),
    "proud": (
        "like a king, head held high",
        "majestic and noble",
        "confident, owning the stage",
        "a victorious hero",
        "so dignified and strong",
    ),
    "afraid": (
        "so terrified, it wants to hide",
        "trembling with fear",
        "something scary is coming",
        "shy and anxious, shaking",
        "a nightmare, run away in panic",
    ),
    "tired": (
        "it needs some sleep",
        "so exhausted, can barely move",
        "heavy and slow, yawning",
        "worn out after a long day",
        "drowsy, going to bed",
    ),
    "excited": (
        "go wild, jump up and down",
        "full of energy, let's party",
        "crazy hype, faster and faster",
        "thrilled and bursting with energy",
        "what an electrifying rave",
    ),
}
"""English sentences that ask for an emotion; lines like them do so too."""
