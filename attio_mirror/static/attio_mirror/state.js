"use strict";
/* Keeps the badges of rows up to date while their state will change by itself: once a second, for ten seconds.
   On the page of a row, what belongs to a state (buttons, notes beside fields) follows; input is left alone. */
{
    const UNSETTLED = new Set(["waiting", "sending"]);
    const EVERY = 1000;
    const TIMES = 10;

    const unsettled = () => {
        const byUrl = new Map();
        for (const badge of document.querySelectorAll("[data-attio-state]")) {
            if (UNSETTLED.has(badge.dataset.attioState)) {
                const url = badge.dataset.attioUrl;
                byUrl.set(url, [...(byUrl.get(url) || []), badge]);
            }
        }
        return byUrl;
    };

    const show = (badge, told) => {
        badge.dataset.attioState = told.state;
        badge.className = `attio-badge attio-${told.tone}`;
        badge.textContent = told.label;
        const panel = badge.closest(".attio-panel");
        if (panel) {
            panel.className = `attio-panel attio-panel-${told.state}`;
            panel.querySelector(".attio-hint").textContent = told.hint;
        }
        return panel;
    };

    const fields = (page) => {
        const found = new Map();
        for (const box of page.querySelectorAll(".form-row .flex-container")) {
            const control = box.querySelector("[name]");
            if (control) {
                found.set(control.name, box.parentElement);
            }
        }
        return found;
    };

    const renew = async (panel) => {
        const answer = await fetch(window.location.href);
        const now = new DOMParser().parseFromString(await answer.text(), "text/html");
        const parts = now.querySelectorAll(".attio-panel > *");
        [...parts].forEach((part, n) => panel.children[n].replaceChildren(...part.childNodes));
        const here = fields(document);
        for (const [name, field] of fields(now)) {
            const [old, help] = [here.get(name), field].map((one) => one?.querySelector(":scope > .help"));
            old?.remove();
            here.get(name)?.append(...[help].filter(Boolean));
        }
    };

    const ask = async (url, badges) => {
        const query = badges.map((badge) => `pk=${encodeURIComponent(badge.dataset.attioRow)}`).join("&");
        const answer = await fetch(`${url}?${query}`, { headers: { Accept: "application/json" } });
        const told = answer.ok ? await answer.json() : {};
        for (const badge of badges.filter((one) => one.dataset.attioRow in told)) {
            const panel = show(badge, told[badge.dataset.attioRow]);
            if (panel && !UNSETTLED.has(badge.dataset.attioState)) {
                await renew(panel);
            }
        }
    };

    const look = async (left) => {
        const byUrl = unsettled();
        if (!byUrl.size || !left) {
            return;
        }
        for (const [url, badges] of byUrl) {
            await ask(url, badges).catch(() => null);
        }
        window.setTimeout(() => look(left - 1), EVERY);
    };

    document.addEventListener("DOMContentLoaded", () => window.setTimeout(() => look(TIMES), 300));
}
