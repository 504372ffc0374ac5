// The race: all versions on one clock, driven by their mean times, and by when the units of a
// recorded run ended.

"use strict";

{
    const racers = json("racers") ?? [];
    const stage = byId("lanes");
    const [button, restart, speed] = ["play-button", "restart", "speed"].map(byId);
    const [scrubber, clock] = [byId("scrubber"), byId("clock")];
    // The arrow keys move by this share of the race.
    const STEP = 0.02;

    /** One version: its bar, and which share of its units had ended at each share of its time. */
    class Lane {
        constructor(racer, recorded) {
            this.wall = racer.wall_ns;
            this.done = recorded?.done ?? [];
            this.units = recorded?.all ?? 0;
            // What came before the first unit, such as the start of processes, belongs to the race.
            this.length = Math.max(recorded?.wall ?? 0, recorded?.length ?? 0, 1);
            this.before = this.length - (recorded?.length ?? 0);
            this.bar = document.createElement("div");
            this.text = document.createElement("output");
            this.text.setAttribute("aria-live", "off");
            const track = document.createElement("div");
            track.className = "track";
            track.append(this.bar);
            const name = document.createElement("span");
            name.textContent = racer.label;
            this.row = document.createElement("div");
            this.row.className = "lane";
            this.row.append(name, track, this.text);
        }

        /** The number of units that had ended after a share of the time. */
        doneAfter(share) {
            const at = share * this.length - this.before;
            let [low, high] = [0, this.done.length];
            while (low < high) {
                const middle = (low + high) >> 1;
                if (this.done[middle][0] <= at) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return this.done[low - 1]?.[1] ?? 0;
        }

        show(now) {
            const share = Math.min(1, now / this.wall);
            const ended = share >= 1;
            const most = this.done.at(-1)?.[1] ?? 0;
            const done = ended ? 1 : most > 0 ? this.doneAfter(share) / most : share;
            this.bar.style.transform = `scaleX(${done})`;
            this.row.classList.toggle("ended", ended);
            const units = Math.floor(done * this.units).toLocaleString("en-US");
            this.text.textContent = ended ? `✓ ${Timelines.inWords(this.wall)}` : `${units} done`;
        }
    }

    if (stage && racers.length > 0) {
        const recorded = Timelines.figures[0]?.versions ?? [];
        const find = (racer) => recorded.find((version) => version.label === racer.label);
        // By name: an order by speed would tell the end at the start.
        const byName = [...racers].sort((a, b) => a.label.localeCompare(b.label));
        const lanes = byName.map((racer) => new Lane(racer, find(racer)));
        stage.append(...lanes.map((lane) => lane.row));
        const whole = Math.max(...racers.map((racer) => racer.wall_ns));
        let [now, last, plays] = [0, 0, false];

        const show = () => {
            lanes.forEach((lane) => lane.show(now));
            clock.textContent = Timelines.inWords(now, whole);
            scrubber.value = (now / whole) * 1000;
            scrubber.setAttribute("aria-valuetext", clock.textContent);
            button.textContent = plays ? "Pause" : "Play";
        };
        const frame = (time) => {
            if (!plays) {
                return;
            }
            now = Math.min(whole, now + (time - last) * 1e6 * Number(speed.value));
            last = time;
            plays = now < whole;
            show();
            requestAnimationFrame(frame);
        };
        const toggle = () => {
            plays = !plays;
            if (plays) {
                now = now < whole ? now : 0;
                last = performance.now();
                requestAnimationFrame(frame);
            }
            show();
        };
        const go = (to) => {
            now = Math.min(whole, Math.max(0, to));
            show();
        };
        button.addEventListener("click", toggle);
        restart.addEventListener("click", () => go(0));
        scrubber.addEventListener("input", () => go((scrubber.value / 1000) * whole));

        // Where a key means something else, it keeps that meaning.
        document.addEventListener("keydown", (event) => {
            const taken = event.target.closest("button, input, select, a, canvas, [tabindex='0']");
            const hidden = document.documentElement.classList.contains("asking");
            const steps = { ArrowLeft: -STEP, ArrowRight: STEP };
            if (taken || hidden || event.ctrlKey || event.metaKey || event.altKey) {
                return;
            }
            if (event.key === " ") {
                event.preventDefault();
                toggle();
            } else if (event.key in steps) {
                event.preventDefault();
                go(now + steps[event.key] * whole);
            }
        });
        show();
    }
}
