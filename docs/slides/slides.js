"use strict";

const slides = [...document.querySelectorAll("section")];
const place = document.getElementById("place");
const notes = document.getElementById("notes");

// The address names the slide, so that it can be linked to and survives a reload.
const shown = () => Math.min(Math.max(Number(location.hash.slice(1)) || 1, 1), slides.length);

function show() {
    slides.forEach((slide, index) => slide.classList.toggle("shown", index + 1 === shown()));
    place.textContent = `${shown()} of ${slides.length}`;
    scrollTo(0, 0);
}

function turn(by) {
    location.hash = Math.min(Math.max(shown() + by, 1), slides.length);
}

function toggleNotes() {
    const pressed = document.body.classList.toggle("with-notes");
    notes.setAttribute("aria-pressed", pressed);
}

const keys = {
    ArrowRight: () => turn(1),
    PageDown: () => turn(1),
    ArrowLeft: () => turn(-1),
    PageUp: () => turn(-1),
    Home: () => turn(-slides.length),
    End: () => turn(slides.length),
    n: toggleNotes,
};

document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
});
document.getElementById("previous").addEventListener("click", () => turn(-1));
document.getElementById("next").addEventListener("click", () => turn(1));
notes.addEventListener("click", toggleNotes);
addEventListener("hashchange", show);

document.body.classList.add("turning");
show();
