// Moves the chapter "Play with the limits". The page is made by docs/src/limits.rs, at the values
// that the sliders begin with; this calculates the same for the values that they are moved to.
"use strict";

(() => {
    const form = document.getElementById("limits");
    if (!form) return;

    const WIDTH = 600;
    const HEIGHT = 120;
    const WAYS = ["sequential", "one-core", "all-cores"];
    const part = name => document.getElementById(`limits-${name}`);

    // The job as a way runs it: n tasks wait for l ms and compute for c ms, k in flight, p cores.
    const ofWay = (way, { n, l, c, k, p }) => ({
        n, l, c,
        k: way === "sequential" ? 1 : k,
        p: way === "all-cores" ? p : 1,
    });

    const limits = ({ n, l, c, k, p }) => ({
        single: l + c,
        cores: n * c / p,
        inFlight: n * (l + c) / Math.min(k, n),
    });

    const best = job => Math.max(...Object.values(limits(job)));

    // Each task starts as soon as it may, and gets a core in its turn. All tasks are alike, so they
    // end in the order in which they start.
    const schedule = ({ n, l, c, k, p }) => {
        const tasks = [];
        const endBefore = by => tasks.at(-by)?.end ?? 0;
        while (tasks.length < n) {
            const start = endBefore(k);
            const ready = start + l;
            const running = Math.max(ready, endBefore(p));
            tasks.push({ start, ready, running, end: running + c });
        }
        return tasks;
    };

    const heldBackBy = job => {
        const { single, cores } = limits(job);
        const is = limit => Math.abs(limit - best(job)) < 1e-9;
        if (is(single)) return "a single task: L + C. More in flight or more cores would not help.";
        if (is(cores)) return "the cores: N·C/P. More cores would help, and more in flight would not.";
        return "how many are in flight: N·(L+C)/K. More in flight would help, and more cores would not.";
    };

    // Three significant digits, or all that stand before the point.
    const figure = value =>
        value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);

    const time = millis => {
        if (millis === 0) return "0 ms";
        if (millis >= 1000) return `${figure(millis / 1000)} s`;
        return millis >= 1 ? `${figure(millis)} ms` : `${figure(millis * 1000)} µs`;
    };

    const ratio = value => {
        if (Number.isNaN(value)) return "–";
        return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
    };

    // One state of all tasks, each in its lane, on a clock of this length.
    const path = (tasks, from, to, thickness, clock) => {
        const lane = HEIGHT / tasks.length;
        const x = moment => WIDTH * Math.min(moment / Math.max(clock, 1), 1);
        const bars = tasks.map((task, place) => {
            const width = x(task[to]) - x(task[from]);
            const y = lane * (place + (1 - thickness) / 2);
            return width > 0
                ? `M${x(task[from])} ${y}h${width}v${lane * thickness}h${-width}z`
                : "";
        });
        return bars.join("");
    };

    const draw = (svg, tasks, clock) => {
        const state = (name, ...how) =>
            svg.querySelector(`.${name}`).setAttribute("d", path(tasks, ...how, clock));
        state("waiting", "start", "ready", 0.25);
        state("ready", "ready", "running", 0.25);
        state("running", "running", "end", 0.8);
    };

    const show = () => {
        const value = name => Number(part(name).value);
        const job = {
            n: value("tasks"), l: value("wait"), c: value("compute"),
            k: value("in-flight"), p: value("cores"),
        };
        for (const input of form.querySelectorAll("input")) {
            const output = form.querySelector(`output[for="${input.id}"]`);
            output.value = input.value + output.dataset.unit;
            // What the slider's number means is read out with it.
            input.setAttribute("aria-valuetext", output.value);
        }
        const schedules = WAYS.map(way => schedule(ofWay(way, job)));
        const lengths = schedules.map(tasks => tasks.at(-1).end);
        const clock = lengths[1];
        WAYS.forEach((way, place) => {
            const length = lengths[place];
            part(`${way}-best`).value = time(best(ofWay(way, job)));
            part(`${way}-length`).value = time(length);
            if (place > 0) part(`${way}-ratio`).value = ratio(lengths[0] / length);
            const caption = part(`${way}-caption`);
            const name = caption.textContent.split(":")[0];
            const beyond = length > clock ? `, of which the first ${time(clock)} are shown` : "";
            caption.textContent = `${name}: ${time(length)}${beyond}`;
            draw(part(way), schedules[place], clock);
        });
        const overlapped = job.n * job.l / Math.min(job.k, job.n) + job.n * job.c;
        part("summary").textContent = `With all cores it is held back by ${heldBackBy(job)} `
            + `If the waits overlap and nothing else does, N·L/K + N·C = ${time(overlapped)}.`;
    };

    form.querySelector("fieldset").hidden = false;
    form.addEventListener("input", show);
    form.addEventListener("submit", event => event.preventDefault());
    // A browser may have kept the values of an earlier visit.
    show();
})();
