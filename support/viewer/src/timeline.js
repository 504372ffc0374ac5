// Makes each `figure.timeline` of a page one that a reader can zoom and ask. The data in it is what
// viewer::data writes; all moments are nanoseconds since a version's first event.

const Timelines = (() => {
    "use strict";

    // What a unit does from an event on. From RUNS on, the rest is the number of a thread; from
    // WAITS_FOR down, it is the number of what the unit waits for.
    const [WAITS_FOR, READY, WAITS, ENDED, RUNS] = [-2, -1, 0, 1, 2];

    // All measures are in CSS pixels.
    const STRIP = 34;
    const GAP = 7;
    const AXIS = 18;
    // A group of lanes is about so high, unless its lanes would be higher or lower than these.
    const ALL_THREADS = 150;
    const ALL_UNITS = 220;
    const HIGHEST = 11;
    const LOWEST = { thread: 1, unit: 0.2 };
    // Browsers draw nothing on a canvas that is too high.
    const HIGHEST_CANVAS = 8000;
    // From this height on, each lane bears its name.
    const NAMED = 9;
    // A version that takes so many times as long as the median of the others is cut off at first.
    const FAR_LONGER = 4;
    // The shortest time that the view can show, in nanoseconds.
    const SHORTEST = 1000;

    /** The lanes and counts of a version, from its integers. */
    function decode(version) {
        const { tick_ns: tick, threads, counts, waits = [] } = version;
        const units = new Map();
        const lanes = threads.map((name) => ({ name, spans: [] }));
        const [lives, runs, ends] = [[], [], []];
        let [at, unit] = [0, 0];
        for (let place = 0; place < version.at.length; place += 1) {
            at += version.at[place];
            unit += version.unit[place];
            const [now, what] = [at * tick, version.what[place]];
            if (!units.has(unit)) {
                units.set(unit, { unit, spans: [], begin: now, since: now, what: ENDED });
            }
            const life = units.get(unit);
            if (life.what !== ENDED) {
                const span = { unit, from: life.since, to: now, does: does(life.what) };
                life.spans.push(span);
                if (span.does === "run") {
                    life.hasRun = true;
                    span.thread = threads[life.what - RUNS];
                    lanes[life.what - RUNS].spans.push(span);
                    runs.push(span);
                } else if (span.does === "ready") {
                    span.isStart = !life.hasRun;
                } else {
                    span.on = waits[WAITS_FOR - life.what];
                }
            }
            [life.since, life.what] = [now, what];
            if (what === ENDED) {
                lives.push({ from: life.begin, to: now });
                ends.push(now);
            }
        }
        for (const lane of lanes) {
            lane.spans.sort((a, b) => a.from - b.from);
        }
        const counted = counts && ((list) => list.map((n, part) => [part * counts.every * tick, n]));
        const length = Math.max(at * tick, counts ? counts.done.length * counts.every * tick : 0);
        return {
            label: version.label,
            baseline: version.baseline,
            wall: version.wall_ns,
            all: version.units,
            length,
            threads: lanes,
            units: [...units.values()].sort((a, b) => a.unit - b.unit),
            inFlight: counts ? counted(counts.in_flight) : atOnce(lives),
            computing: counts ? counted(counts.computing) : atOnce(runs),
            // How many units have ended, and when.
            done: counts ? counted(counts.done) : ends.map((end, place) => [end, place + 1]),
        };
    }

    /** What an event says that its unit does from then on. */
    function does(what) {
        if (what >= RUNS) {
            return "run";
        }
        return what === READY ? "ready" : "wait";
    }

    /** How many of some stretches overlap: each moment when that changes, and the number from then on. */
    function atOnce(stretches) {
        const changes = [];
        for (const { from, to } of stretches) {
            if (from < to) {
                changes.push([from, 1], [to, -1]);
            }
        }
        // Where one ends and another begins, they do not overlap.
        changes.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        let now = 0;
        return changes.map(([at, change]) => [at, (now += change)]);
    }

    /** The place of the last of some sorted items that is not beyond a value; -1 if all are. */
    function lastUpTo(items, value, key) {
        let [low, high] = [0, items.length];
        while (low < high) {
            const middle = (low + high) >> 1;
            if (key(items[middle]) <= value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** A time in words; `like` is a time that decides about the unit and the decimals. */
    function inWords(nanos, like = nanos) {
        const scale = Math.abs(like);
        const [unit, size] = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]].find(
            ([, size]) => scale >= size || size === 1,
        );
        const value = nanos / size;
        const whole = Math.max(1, Math.floor(Math.log10(Math.max(1, Math.abs(value)))) + 1);
        return `${value.toFixed(size === 1 ? 0 : Math.max(0, 3 - whole))} ${unit}`;
    }

    /** A round distance between the marks of an axis: so many nanoseconds or a little more. */
    function roundStep(least) {
        const power = 10 ** Math.floor(Math.log10(least));
        return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least);
    }

    const grouped = (number) => number.toLocaleString("en-US");

    function element(tag, attributes = {}, ...children) {
        const made = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes)) {
            made.setAttribute(name, value);
        }
        made.append(...children);
        return made;
    }

    /** One figure: its versions, and the part of the clock that is in view. */
    class Figure {
        constructor(figure) {
            this.figure = figure;
            const data = JSON.parse(figure.querySelector("script").textContent);
            this.unit = data.unit;
            this.versions = data.versions.map(decode).filter((version) => version.length > 0);
            if (this.versions.length === 0) {
                return;
            }
            const lengths = (versions) =>
                versions.map((version) => version.length).sort((a, b) => a - b);
            const all = lengths(this.versions);
            const others = lengths(this.versions.filter((version) => !version.baseline));
            const median = others[(others.length - 1) >> 1] ?? Infinity;
            this.all = all.at(-1);
            this.fitted = all.findLast((length) => length <= FAR_LONGER * median);
            this.view = { from: 0, to: this.fitted };
            this.build();
            this.watch();
            figure.classList.add("timeline-live");
            this.arrange();
        }

        build() {
            this.tools = element("div", { class: "timeline-tools", role: "group", "aria-label": "Zoom" });
            const button = (text, label, action) => {
                const made = element("button", { type: "button", "aria-label": label, title: label }, text);
                made.addEventListener("click", action);
                this.tools.append(made);
            };
            button("−", "Zoom out", () => this.zoom(2));
            button("+", "Zoom in", () => this.zoom(0.5));
            button("←", "Earlier", () => this.move(-0.25));
            button("→", "Later", () => this.move(0.25));
            button("Fit", "Fit the time", () => this.show(0, this.fitted));
            if (this.fitted < this.all) {
                const label = `All of the time, ${inWords(this.all)}`;
                button("All", label, () => this.show(0, this.all));
            }
            const heights = element("select", { "aria-label": "Height of the lanes" });
            heights.append(new Option("lanes: fitted", "fitted"), new Option("lanes: high", "high"));
            heights.addEventListener("change", () => {
                this.high = heights.value === "high";
                this.arrange();
            });
            this.tools.append(heights);

            const swatch = (kind, text) => {
                return element("li", {}, element("i", { class: `timeline-${kind}` }), text);
            };
            const legend = element("ul", { class: "timeline-legend" });
            legend.append(swatch("run", "runs (high)"));
            const spans = this.versions.flatMap(({ units }) => units.flatMap((unit) => unit.spans));
            if (spans.some((span) => span.does === "ready")) {
                legend.append(swatch("ready", "ready, but no thread runs it (half high)"));
                legend.append(swatch("wait", "waits (low)"));
            } else {
                // An old recording does not tell, and neither does one of threads.
                legend.append(swatch("wait", "waits or is ready (low)"));
            }
            this.tools.append(legend);

            this.body = element("div", { class: "timeline-view" });
            this.now = element("div", { class: "timeline-now", hidden: "" });
            this.body.append(this.now);
            for (const version of this.versions) {
                const kept = version.units.length;
                const some = kept < version.all ? `, of which ${grouped(kept)} are drawn` : "";
                version.title = `${version.label}: ${inWords(version.length)}, ` +
                    `${grouped(version.all)} ${this.unit}s${some}`;
                version.canvas = element("canvas", {
                    tabindex: "0",
                    role: "img",
                    "aria-label": `${version.title}. Arrow keys go from ${this.unit} to ${this.unit}.`,
                });
                const title = element("p", { class: "timeline-version" }, version.title);
                this.body.append(title, version.canvas);
            }
            this.readout = element("output", { class: "timeline-readout", "aria-live": "polite" });
            this.readout.textContent = this.hint();
            const help = element("p", { class: "timeline-help" },
                "Point at a lane, or go there with the arrow keys. Zoom with + and −, or with Ctrl and " +
                "the wheel; drag sideways to move; a double click zooms in.");
            this.figure.prepend(this.tools, this.body, this.readout, help);
        }

        hint() {
            const beyond = this.versions
                .filter((version) => version.length > this.view.to)
                .map((version) => `${version.label} (to ${inWords(version.length)})`);
            return beyond.length > 0
                ? `Beyond this view: ${beyond.join(", ")}.`
                : "All versions go by one clock.";
        }

        watch() {
            for (const version of this.versions) {
                const { canvas } = version;
                canvas.addEventListener("pointermove", (event) => this.point(version, event));
                canvas.addEventListener("pointerdown", (event) => {
                    this.drag = { x: event.clientX, ...this.view };
                    canvas.setPointerCapture(event.pointerId);
                    this.point(version, event);
                });
                for (const end of ["pointerup", "pointercancel"]) {
                    canvas.addEventListener(end, () => (this.drag = undefined));
                }
                canvas.addEventListener("pointerleave", () => this.leave());
                canvas.addEventListener("blur", () => this.leave());
                canvas.addEventListener("dblclick", (event) => this.zoom(0.5, this.timeAt(event.offsetX)));
                canvas.addEventListener("wheel", (event) => this.wheel(version, event), { passive: false });
                canvas.addEventListener("keydown", (event) => this.key(version, event));
            }
            new ResizeObserver(() => this.arrange()).observe(this.body);
            // Only what can be seen is drawn; the colours follow the page's.
            addEventListener("scroll", () => this.request(), { passive: true, capture: true });
            const theme = new MutationObserver(() => this.request());
            theme.observe(document.documentElement, { attributes: true });
            matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.request());
        }

        /** Gives every lane its place. */
        arrange() {
            const width = this.body.clientWidth;
            if (width === 0) {
                return;
            }
            this.left = width < 500 ? 84 : 128;
            this.width = width - this.left;
            for (const version of this.versions) {
                let y = STRIP + GAP;
                version.lanes = [];
                for (const [kind, lanes, all] of [
                    ["thread", version.threads, ALL_THREADS],
                    ["unit", version.units, ALL_UNITS],
                ]) {
                    const most = this.high ? HIGHEST_CANVAS : all;
                    const fitting = Math.max(LOWEST[kind], most / Math.max(1, lanes.length));
                    const height = Math.min(HIGHEST, fitting);
                    version.lanes.push({ kind, lanes, y, height });
                    y += height * lanes.length + GAP;
                }
                version.height = Math.ceil(y + AXIS);
                const { canvas } = version;
                const scale = devicePixelRatio || 1;
                canvas.style.height = `${version.height}px`;
                canvas.width = Math.round(width * scale);
                canvas.height = Math.round(version.height * scale);
            }
            this.request();
        }

        request() {
            this.frame ??= requestAnimationFrame(() => {
                this.frame = undefined;
                this.draw();
            });
        }

        show(from, to) {
            const width = Math.min(Math.max(to - from, SHORTEST), this.all);
            const begin = Math.min(Math.max(from, 0), this.all - width);
            this.view = { from: begin, to: begin + width };
            this.readout.textContent = this.hint();
            this.now.hidden = true;
            this.request();
        }

        zoom(factor, around = (this.view.from + this.view.to) / 2) {
            const { from, to } = this.view;
            this.show(around - (around - from) * factor, around + (to - around) * factor);
        }

        move(share) {
            const { from, to } = this.view;
            const by = (to - from) * share;
            this.show(from + by, to + by);
        }

        x(time) {
            return this.left + ((time - this.view.from) / (this.view.to - this.view.from)) * this.width;
        }

        timeAt(x) {
            return this.view.from + ((x - this.left) / this.width) * (this.view.to - this.view.from);
        }

        draw() {
            const colour = (kind) => {
                const swatch = this.tools.querySelector(`.timeline-${kind}`);
                return swatch ? getComputedStyle(swatch).backgroundColor : undefined;
            };
            const style = getComputedStyle(this.body);
            const [run, ready, wait] = ["run", "ready", "wait"].map(colour);
            this.colours = { run, ready, wait, text: style.color };
            this.font = `11px ${style.fontFamily}`;
            for (const version of this.versions) {
                const { top, bottom } = version.canvas.getBoundingClientRect();
                if (bottom >= 0 && top <= innerHeight) {
                    this.drawVersion(version);
                }
            }
        }

        drawVersion(version) {
            const pen = version.canvas.getContext("2d");
            const scale = devicePixelRatio || 1;
            pen.setTransform(scale, 0, 0, scale, 0, 0);
            pen.clearRect(0, 0, this.left + this.width, version.height);
            pen.font = this.font;
            pen.textBaseline = "middle";
            const peak = Math.max(1, ...version.inFlight.map(([, count]) => count));
            const busiest = Math.max(0, ...version.computing.map(([, count]) => count));
            this.name(pen, `in flight ≤ ${grouped(peak)}`, STRIP / 2 - 7);
            this.name(pen, `computing ≤ ${grouped(busiest)}`, STRIP / 2 + 7);
            this.drawCounts(pen, version.inFlight, peak, this.colours.wait);
            this.drawCounts(pen, version.computing, peak, this.colours.run);
            for (const { kind, lanes, y, height } of version.lanes) {
                if (height < NAMED && lanes.length > 0) {
                    const group = kind === "unit" ? `${this.unit}s` : "threads";
                    this.name(pen, `${grouped(lanes.length)} ${group}`, y + 6);
                }
                lanes.forEach((lane, place) => {
                    const top = y + place * height;
                    if (height >= NAMED) {
                        this.name(pen, this.nameOf(lane), top + height / 2);
                    }
                    this.drawLane(pen, lane.spans, top, height);
                });
            }
            this.drawAxis(pen, version);
        }

        nameOf(lane) {
            return lane.name ?? `${this.unit} ${lane.unit}`;
        }

        name(pen, text, y) {
            pen.fillStyle = this.colours.text;
            let shown = text;
            while (shown.length > 4 && pen.measureText(shown).width > this.left - 8) {
                shown = `${shown.slice(0, -2)}…`;
            }
            pen.fillText(shown, 0, y);
        }

        /** An area as high as the count at each moment; within a pixel, as its mean. */
        drawCounts(pen, counts, peak, colour) {
            const sums = new Float64Array(Math.ceil(this.width));
            const first = Math.max(0, lastUpTo(counts, this.view.from, ([at]) => at));
            for (let place = first; place + 1 < counts.length; place += 1) {
                const [at, count] = counts[place];
                const from = Math.max(0, this.x(at) - this.left);
                const to = Math.min(sums.length, this.x(counts[place + 1][0]) - this.left);
                if (from >= sums.length) {
                    break;
                }
                for (let pixel = Math.floor(from); count > 0 && pixel < to; pixel += 1) {
                    sums[pixel] += count * (Math.min(to, pixel + 1) - Math.max(from, pixel));
                }
            }
            pen.fillStyle = colour;
            sums.forEach((sum, pixel) => {
                const height = (STRIP * sum) / peak;
                pen.fillRect(this.left + pixel, STRIP - height, 1, height);
            });
        }

        drawLane(pen, spans, top, height) {
            const right = this.left + this.width;
            const first = Math.max(0, lastUpTo(spans, this.view.from, (span) => span.from));
            const room = height > 2 ? 1 : 0;
            const thicknesses = {
                wait: Math.max(height / 5, Math.min(height, 1)),
                ready: Math.max(height / 2, Math.min(height, 1)),
                run: height - room,
            };
            for (const [does, thickness] of Object.entries(thicknesses)) {
                pen.fillStyle = this.colours[does];
                const y = does === "run" ? top + room / 2 : top + (height - thickness) / 2;
                let drawn = this.left;
                for (let place = first; place < spans.length; place += 1) {
                    const span = spans[place];
                    const from = Math.max(this.left, this.x(span.from));
                    if (from > right) {
                        break;
                    }
                    if (span.does !== does || span.to < this.view.from) {
                        continue;
                    }
                    const least = from + (does === "run" ? 0.8 : 0);
                    const to = Math.min(right, Math.max(this.x(span.to), least));
                    // What lies within a pixel that is filled already would not be seen.
                    if (to > drawn) {
                        pen.fillRect(Math.max(from, drawn), y, to - Math.max(from, drawn), thickness);
                        drawn = to;
                    }
                }
            }
        }

        drawAxis(pen, version) {
            const y = version.height - AXIS;
            const { from, to } = this.view;
            const step = roundStep(((to - from) / this.width) * 90);
            pen.fillStyle = this.colours.text;
            pen.textAlign = "center";
            for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
                const x = this.x(at);
                pen.fillRect(x, y, 1, 4);
                if (x < this.left + this.width - 20) {
                    pen.fillText(at === 0 ? "0" : inWords(at, Math.max(at, step)), x, y + 11);
                }
            }
            pen.textAlign = "start";
            // Where it has ended.
            const end = this.x(version.length);
            if (end >= this.left && end < this.left + this.width) {
                pen.fillRect(end, 0, 1, y);
            }
        }

        /** The lane at a height, and its place among all lanes of the version. */
        laneAt(version, y) {
            for (const { lanes, y: top, height } of version.lanes) {
                const place = Math.floor((y - top) / height);
                if (place >= 0 && place < lanes.length) {
                    return lanes[place];
                }
            }
            return undefined;
        }

        point(version, event) {
            if (this.drag && Math.abs(event.clientX - this.drag.x) > 2) {
                const { x, from, to } = this.drag;
                const by = ((x - event.clientX) / this.width) * (to - from);
                this.show(from + by, to + by);
                return;
            }
            const time = this.timeAt(event.offsetX);
            if (time < this.view.from) {
                this.leave();
                return;
            }
            this.tell(version, this.laneAt(version, event.offsetY), time);
        }

        /** Says what a lane does at a moment; without a lane, how much is under way. */
        tell(version, lane, time) {
            this.now.hidden = false;
            this.now.style.left = `${this.x(time)}px`;
            this.readout.textContent = `${version.label}, ${inWords(time)}: ${this.told(version, lane, time)}`;
        }

        told(version, lane, time) {
            if (!lane) {
                const at = (counts) => counts[lastUpTo(counts, time, ([at]) => at)]?.[1] ?? 0;
                return `${grouped(at(version.inFlight))} in flight, ` +
                    `${grouped(at(version.computing))} computing, ${grouped(at(version.done))} done`;
            }
            const span = lane.spans[lastUpTo(lane.spans, time, (span) => span.from)];
            const name = this.nameOf(lane);
            if (!span || span.to < time) {
                const isUnit = lane.name === undefined;
                const last = lane.spans.at(-1);
                return isUnit
                    ? `${name} ${last && last.to < time ? "has ended" : "has not begun"}`
                    : `${name} runs none of the ${this.unit}s`;
            }
            const when = `${inWords(span.from)} to ${inWords(span.to)} (${inWords(span.to - span.from)})`;
            switch (span.does) {
                case "run":
                    return `${this.unit} ${span.unit} runs on ${span.thread}, ${when}`;
                case "ready":
                    return span.isStart
                        ? `${name} is ready and has not started yet, ${when}`
                        : `${name} is ready, but no thread runs it, ${when}`;
                default:
                    return `${name} waits${span.on ? ` for ${span.on}` : ""}, ${when}`;
            }
        }

        leave() {
            this.now.hidden = true;
            this.readout.textContent = this.hint();
        }

        wheel(version, event) {
            const asked = event.ctrlKey || event.metaKey || document.activeElement === version.canvas;
            if (!asked) {
                return;
            }
            event.preventDefault();
            if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
                this.move(event.deltaX / this.width);
            } else {
                this.zoom(1.002 ** event.deltaY, this.timeAt(event.offsetX));
            }
        }

        /** Up and down go from lane to lane, left and right from one span of it to the next. */
        key(version, event) {
            const lanes = version.lanes.flatMap((group) => group.lanes);
            const cursor = (version.cursor ??= { lane: version.threads.length, time: this.view.from });
            const spans = lanes[cursor.lane]?.spans ?? [];
            const here = lastUpTo(spans, cursor.time, (span) => span.from);
            const go = (place) => (cursor.time = spans[place]?.from ?? cursor.time);
            const actions = {
                ArrowUp: () => (cursor.lane = Math.max(0, cursor.lane - 1)),
                ArrowDown: () => (cursor.lane = Math.min(lanes.length - 1, cursor.lane + 1)),
                ArrowLeft: () => go(Math.max(0, here - 1)),
                ArrowRight: () => go(here + 1),
                "+": () => this.zoom(0.5, cursor.time),
                "-": () => this.zoom(2, cursor.time),
                0: () => this.show(0, this.fitted),
            };
            const action = actions[event.key];
            if (!action || event.ctrlKey || event.metaKey || event.altKey) {
                return;
            }
            event.preventDefault();
            action();
            const { from, to } = this.view;
            if (cursor.time < from || cursor.time > to) {
                this.show(cursor.time - (to - from) / 2, cursor.time + (to - from) / 2);
            }
            this.tell(version, lanes[cursor.lane], cursor.time);
        }
    }

    const figures = [...document.querySelectorAll("figure.timeline")].map((figure) => new Figure(figure));

    return { figures, inWords };
})();
