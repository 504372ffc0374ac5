// Lets the reader choose any two versions of a row, where two are side by side.
for (const versus of document.querySelectorAll('.versus[data-script]')) {
    const menus = [...versus.querySelectorAll('select')];
    let chosen = menus.map(menu => menu.value);

    // A script, since a page that is opened as a file may fetch nothing else.
    const load = () => new Promise((resolve, reject) => {
        const script = document.createElement('script');
        script.src = path_to_root + versus.dataset.script;
        script.onload = () => resolve(window.versions);
        script.onerror = () => reject(new Error(`cannot load ${script.src}`));
        document.head.append(script);
    });
    let pairs;

    const show = async () => {
        pairs ??= load();
        const [left, right] = chosen;
        const known = await pairs;
        const isSwapped = !(`${left} ${right}` in known);
        const pair = versus.querySelector('.pair');
        const isOpen = pair.querySelector('.imports')?.open;
        pair.innerHTML = known[isSwapped ? `${right} ${left}` : `${left} ${right}`];
        if (isSwapped) {
            for (const sides of pair.querySelectorAll('.sides')) sides.append(sides.firstChild);
        }
        const imports = pair.querySelector('.imports');
        if (imports && isOpen) imports.open = true;
        for (const code of pair.querySelectorAll('code[class]')) {
            hljs.highlightBlock(code);
            code.classList.add('hljs');
        }
        const captions = versus.querySelectorAll('.captions > div');
        const tabs = versus.querySelectorAll('.tabs span');
        chosen.forEach((name, place) => {
            menus[place].value = name;
            tabs[place].textContent = name;
            // Only the approach differs between the files and pages of a row.
            const link = captions[place].querySelector('a');
            link.textContent = link.textContent.replace(/[^/]+(?=\/src\/)/, name);
            link.href = link.href.replace(/[^/]+(?=\.html)/, name);
        });
    };

    menus.forEach((menu, place) => {
        menu.hidden = false;
        menu.addEventListener('change', () => {
            const other = 1 - place;
            const before = chosen[place];
            // Who chooses the version of the other side has both change sides.
            if (menu.value === chosen[other]) chosen[other] = before;
            chosen[place] = menu.value;
            show();
        });
    });
}
