"use strict";
/* Renews a page of numbers every ten seconds while somebody looks at it. Who has a link or a table in focus keeps it, and
   tables stay as far scrolled as they were. */
{
    const EVERY = 10_000;
    const WIDE = ".attio-wide";

    const named = (part, name) => [...part.querySelectorAll(WIDE)].find((one) => one.getAttribute("aria-label") === name);

    /* How to find again what is in focus: a link by where it leads, a table by its name. */
    const focused = (part) => {
        const held = part.contains(document.activeElement) ? document.activeElement : null;
        const [href, name] = ["href", "aria-label"].map((one) => held?.getAttribute(one));
        return () => (href ? [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === href) : name && named(part, name));
    };

    const replace = (part, fresh) => {
        const find = focused(part);
        const scrolled = [...part.querySelectorAll(WIDE)].map((one) => one.scrollLeft);
        part.replaceChildren(...fresh.childNodes);
        [...part.querySelectorAll(WIDE)].forEach((one, n) => (one.scrollLeft = scrolled[n] || 0));
        find()?.focus({ preventScroll: true });
    };

    const renew = async () => {
        const answer = await fetch(window.location.href);
        if (!answer.ok || answer.redirected) {
            return;
        }
        const now = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const [n, part] of document.querySelectorAll("[data-attio-renew]").entries()) {
            const fresh = now.querySelectorAll("[data-attio-renew]")[n];
            if (!fresh || fresh.innerHTML === part.innerHTML) {
                continue;
            }
            replace(part, fresh);
        }
    };

    const look = async () => {
        if (!document.hidden) {
            await renew().catch(() => null);
        }
        window.setTimeout(look, EVERY);
    };

    document.addEventListener("DOMContentLoaded", () => window.setTimeout(look, EVERY));
}
