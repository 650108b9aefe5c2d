"use strict";
/* Renews a page of numbers every ten seconds while somebody looks at it. Who has a link in focus keeps it. */
{
    const EVERY = 10_000;

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
            const held = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
            part.replaceChildren(...fresh.childNodes);
            if (held) {
                [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === held)?.focus();
            }
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
