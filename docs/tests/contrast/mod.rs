//! Text can be read: its contrast is at least that which WCAG asks for (level AA, 1.4.3), in every
//! theme that the menu offers.

use browser::Browser;

/// Pages with all kinds of text: prose, tables, quotations, verdicts, code, and two side by side.
const PAGES: [&str; 4] =
    ["index.html", "claims.html", "how-we-measure.html", "examples-io/http/tokio.html"];

/// The themes that are offered, as the menu's buttons call them.
const OFFERED: &str = "
    const buttons = [...document.querySelectorAll('#mdbook-theme-list button')];
    const shown = buttons.filter(button => getComputedStyle(button.parentElement).display !== 'none');
    return shown.map(button => button.id).filter(id => id !== 'mdbook-theme-default_theme');
";

/// Text whose contrast is too low, one of each kind, with its contrast.
const TOO_LOW: &str = "
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    // The colours in this order, one over the other, as the screen shows them.
    const known = new Map();
    const seen = colours => {
        const key = colours.join();
        if (!known.has(key)) {
            for (const colour of colours) {
                context.fillStyle = colour;
                context.fillRect(0, 0, 1, 1);
            }
            const part = value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
            const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map(it => part(it / 255));
            known.set(key, 0.2126 * r + 0.7152 * g + 0.0722 * b);
        }
        return known.get(key);
    };
    const low = new Map();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !element.checkVisibility({ visibilityProperty: true })) {
            continue;
        }
        const behind = ['white'];
        const around = [];
        for (let it = element; it; it = it.parentElement) around.unshift(it);
        for (const it of around) behind.push(getComputedStyle(it).backgroundColor);
        const style = getComputedStyle(element);
        const pair = [seen(behind), seen([...behind, style.color])].sort((a, b) => b - a);
        const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
        if (contrast < (isLarge ? 3 : 4.5)) {
            const kind = `${element.tagName.toLowerCase()}.${element.className} in ` +
                `${element.parentElement.tagName.toLowerCase()}.${element.parentElement.className}`;
            const text = texts.currentNode.data.trim().slice(0, 30);
            if (!low.has(kind)) low.set(kind, `${contrast.toFixed(1)}: ${kind}: ${text}`);
        }
    }
    return [...low.values()];
";

/// What is of no use on paper, and is there.
const MENUS: &str = "
    const menus = ['#mdbook-sidebar', '#mdbook-menu-bar', '.ways', '.versus select', '.versus .tabs'];
    return menus.filter(menu => document.querySelector(menu)?.checkVisibility());
";

/// The text that cannot be read on some pages, in each theme.
pub(crate) fn faults(browser: &mut Browser, home: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for page in PAGES {
        browser.visit(&format!("{home}/{page}"));
        let themes: Vec<String> = browser.evaluate(OFFERED);
        if themes.len() < 2 {
            faults.push(format!("{page} offers no choice of light and dark: {themes:?}"));
        }
        for theme in themes {
            let choose = format!("document.getElementById('{theme}').click();");
            browser.evaluate::<()>(&choose);
            // The menu's own colours fade over to those of the new theme.
            std::thread::sleep(std::time::Duration::from_millis(600));
            let low: Vec<String> = browser.evaluate(TOO_LOW);
            faults.extend(low.into_iter().map(|low| format!("{page}, {theme}: contrast {low}")));
        }
    }
    // The last theme is dark, and paper is white.
    browser.print(true);
    let low: Vec<String> = browser.evaluate(TOO_LOW);
    faults.extend(low.into_iter().map(|low| format!("on paper: contrast {low}")));
    let menus: Vec<String> = browser.evaluate(MENUS);
    faults.extend(menus.into_iter().map(|menu| format!("on paper there is {menu}")));
    browser.print(false);
    faults
}
