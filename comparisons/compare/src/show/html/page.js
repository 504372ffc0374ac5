// What the page does, but for the race and the timelines: light and dark, the prediction, the order
// of the table, the choice of two sources, and the downloads.

"use strict";

const byId = (id) => document.getElementById(id);
const json = (id) => JSON.parse(byId(id)?.textContent ?? "null");

// Light and dark.
{
    const button = byId("scheme");
    const system = matchMedia("(prefers-color-scheme: dark)");
    const root = document.documentElement;
    const isDark = () => (root.dataset.scheme ? root.dataset.scheme === "dark" : system.matches);
    const name = () => button && (button.textContent = isDark() ? "Light" : "Dark");
    button?.addEventListener("click", () => {
        root.dataset.scheme = isDark() ? "light" : "dark";
        name();
    });
    system.addEventListener("change", name);
    name();
}

// The prediction. What the reader will see is told only afterwards.
{
    const root = document.documentElement;
    const section = byId("prediction");
    const form = section?.querySelector("form");
    const racers = json("racers") ?? [];

    const times = (factor) => (factor >= 9.95 ? factor.toPrecision(3) : factor.toFixed(2));

    /** How close a prediction was. */
    const judged = (first, factor) => {
        const ranked = racers.filter((racer) => !racer.baseline);
        const [best] = racers;
        const baseline = racers.find((racer) => racer.baseline);
        const gain = baseline.wall_ns / best.wall_ns;
        const result = `${best.label} was first, ${times(gain)} times as fast as sequential.`;
        const place = racers.findIndex((racer) => racer.label === first) + 1;
        const who = place === 1 ? `You said so.` : `You said ${first}, which is number ${place} of ${racers.length}.`;
        const off = factor > gain ? factor / gain : gain / factor;
        const much = `Your ${factor} times are off by a factor of ${times(off)}.`;
        return ranked.length ? `${result} ${who} ${much}` : result;
    };

    const show = (text) => {
        root.classList.remove("asking");
        form.hidden = true;
        // The focus goes where the answer is, so that a screen reader goes on from there.
        const answer = text ? byId("judgement") : document.querySelector("#verdict h2");
        section.hidden = !text;
        byId("judgement").textContent = text;
        answer.tabIndex = -1;
        answer.focus({ preventScroll: true });
    };

    if (form) {
        root.classList.add("asking");
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            const data = new FormData(form);
            show(judged(data.get("first"), Number(data.get("factor"))));
        });
        byId("just-show").addEventListener("click", () => show(""));
    }
}

// The order of the table. A figure that is not known comes last in any order.
for (const table of document.querySelectorAll("#table table")) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
        const text = head.querySelector("span");
        const button = document.createElement("button");
        button.type = "button";
        button.append(...text.childNodes);
        text.replaceWith(button);
        const key = (row) => {
            const cell = row.cells[column];
            return column === 0 ? cell.textContent : Number(cell.dataset.value ?? "NaN");
        };
        button.addEventListener("click", () => {
            const rises = head.getAttribute("aria-sort") !== "ascending";
            heads.forEach((other) => other.removeAttribute("aria-sort"));
            head.setAttribute("aria-sort", rises ? "ascending" : "descending");
            const sign = rises ? 1 : -1;
            const order = (a, b) => {
                if (column === 0) {
                    return sign * a.localeCompare(b);
                }
                return Number.isNaN(a) - Number.isNaN(b) || sign * (a - b);
            };
            body.append(...[...body.rows].sort((a, b) => order(key(a), key(b))));
        });
    });
}

// Two sources.
{
    const menus = [byId("left"), byId("right")];
    const choose = () => {
        const [left, right] = menus.map((menu) => Number(menu.value));
        const [first, second] = [Math.min(left, right), Math.max(left, right)];
        const template = document.querySelector(
            `template[data-left="${first}"][data-right="${second}"]`,
        );
        const panes = [...template.content.cloneNode(true).children];
        byId("panes").replaceChildren(...(left === first ? panes : panes.reverse()));
    };
    menus.forEach((menu) => menu?.addEventListener("change", choose));
}

// The downloads.
{
    const figures = byId("download-figures");
    const trace = byId("download-trace");

    /** The timelines in the form that Perfetto opens: a process for each version. */
    const events = ({ unit, versions }) =>
        versions.flatMap(({ label, threads, units }, process) => {
            const micros = (nanos) => nanos / 1000;
            const named = (name, tid, args) => ({ name, ph: "M", ts: 0, pid: process, tid, args });
            // A unit, and within it the times when it was ready or waited. To Perfetto, the same ID is
            // the same unit, in whichever process.
            const stretch = (name, index, from, to) => {
                const id = process * 1_000_000_000 + index;
                const of = { name, cat: "unit", pid: process, tid: 0, id };
                return [{ ...of, ph: "b", ts: micros(from) }, { ...of, ph: "e", ts: micros(to) }];
            };
            const state = ({ does, on }) =>
                does === "ready" ? "ready" : `waiting${on ? ` for ${on}` : ""}`;
            const lives = units.flatMap(({ unit: index, begin, since, spans }) => {
                const idle = spans.filter(({ does }) => does !== "run");
                const states = idle.flatMap((span) => stretch(state(span), index, span.from, span.to));
                const [begins, ends] = stretch(`${unit} ${index}`, index, begin, since);
                return [begins, ...states, ends];
            });
            const runs = threads.flatMap(({ spans }, tid) =>
                spans.map((span) => ({
                    name: `${unit} ${span.unit}`, cat: "running", ph: "X", ts: micros(span.from),
                    dur: micros(span.to - span.from), pid: process, tid,
                })));
            const names = threads.map(({ name }, tid) => named("thread_name", tid, { name }));
            return [named("process_name", 0, { name: label }), ...names, ...lives, ...runs];
        });

    const download = (link, data) => {
        link?.addEventListener("click", () => {
            const blob = new Blob([JSON.stringify(data())], { type: "application/json" });
            link.href = URL.createObjectURL(blob);
        });
    };
    download(figures, () => json("figures"));
    const [recorded = { unit: "", versions: [] }] = Timelines.figures;
    download(trace, () => ({ displayTimeUnit: "ms", traceEvents: events(recorded) }));
}
