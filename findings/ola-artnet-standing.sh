#!/usr/bin/env bash
# OLA 0.10.9 (Debian 12's `ola`): olad does not repeat a standing value by Art-Net, not even to a
# node that has just answered its first poll, though Art-Net asks controllers to send unchanged
# values again about once a second. A receiver that starts during a show learns nothing of the desk
# until a fader moves. Seen: nothing in the 12 s after the answer, the next change at once.
# Needs Debian 12, and root for a network namespace of its own.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
needs=(apt-cache depends --recurse --no-{recommends,suggests,conflicts,breaks,replaces,enhances} ola)
"${needs[@]}" | grep -E '^lib[a-z0-9+.-]+$' | grep -vE '^lib(c6|js-.*|crypt1|gcc-s1)$' | sort -u > libraries
apt-get -qq -o APT::Sandbox::User=root download ola=0.10.9.nojsmin-2 $(cat libraries)
for package in *.deb; do dpkg-deb --extract "$package" .; done
for name in dummy e131 espnet ftdidmx gpio karate kinet milinst nanoleaf opendmx openpixelcontrol \
  osc pathport renard sandnet shownet spi stageprofi uartdmx usbdmx usbpro usbserial; do
  echo "enabled = false" > "ola-$name.conf"
done
printf 'enabled = true\nip = 10.9.0.1\n' > ola-artnet.conf
chmod -R a+rwX .  # olad refuses to run as root
cat > node.py <<'PYTHON'
import contextlib
import os
import socket
import subprocess
import sys
import time

DESK, NODE, EVERYBODY, PORT = "10.9.0.1", "10.9.0.2", "10.9.0.255", 6454
POLL, POLL_REPLY, DMX, UNIVERSE = 0x2000, 0x2100, 0x5000, 2

for words in (
    "link set lo up",
    "link add stage type veth peer name wings",
    f"addr add {DESK}/24 broadcast {EVERYBODY} dev stage",
    f"addr add {NODE}/24 dev stage",
    "link set stage up",
    "link set wings up",
):
    subprocess.run(["ip", *words.split()], check=True)


def listen(address):
    heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    heard.bind((address, PORT))
    heard.settimeout(0.1)
    return heard


def answer():
    reply = bytearray(239)
    reply[:10] = b"Art-Net\0" + POLL_REPLY.to_bytes(2, "little")
    reply[10:14], reply[14:16] = socket.inet_aton(NODE), PORT.to_bytes(2, "little")
    reply[173], reply[174], reply[182], reply[190] = 1, 0x80, 0x80, UNIVERSE
    return bytes(reply)


def await_kind(heard, kind, seconds):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with contextlib.suppress(TimeoutError):
            packet = heard.recv(1024)
            if int.from_bytes(packet[8:10], "little") == kind:
                return packet
    return None


def ola(*words):
    for _ in range(50):  # olad takes a while to start
        if subprocess.run(words, stderr=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.2)
    sys.exit(f"expected olad, got none for {words}")


def fade_to(value):
    ola("ola_set_dmx", "--universe", str(UNIVERSE), "--dmx", str(value))


polls, own = listen(EVERYBODY), listen(NODE)
command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "olad", "--log-level", "0"]
with subprocess.Popen([*command, "--config-dir", os.getcwd()], stderr=subprocess.DEVNULL) as olad:
    try:
        ola("ola_patch", "--device", "1", "--port", "0", "--universe", str(UNIVERSE))
        fade_to(10)
        polled = await_kind(polls, POLL, 30) is not None
        own.sendto(answer(), (DESK, PORT))
        standing = await_kind(own, DMX, 12)
        fade_to(11)
        changed = await_kind(own, DMX, 5)
    finally:
        olad.terminate()
print("polled:", polled, "standing value sent:", standing is not None, "change:", changed and changed[18])
sys.exit(not (polled and standing is None and changed is not None and changed[18] == 11))
PYTHON
export HOME=$folder PATH=$folder/usr/bin:$PATH LD_LIBRARY_PATH=$folder/usr/lib/x86_64-linux-gnu
unshare --net python3 node.py
