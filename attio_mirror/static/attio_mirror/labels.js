"use strict";
/* Select2 draws boxes that say nothing to a screen reader: they take the name of their field. */
{
    const PARTS = "[role=combobox], [role=textbox], .select2-search__field";

    const name = (select) => {
        const label = select.labels[0]?.textContent.trim().replace(/:$/, "");
        if (!label) {
            return;
        }
        for (const part of select.nextElementSibling.querySelectorAll(PARTS)) {
            part.setAttribute("aria-label", label);
        }
        django.jQuery(select).on("select2:open", () => {
            document.querySelector(".select2-dropdown .select2-search__field")?.setAttribute("aria-label", label);
        });
    };

    // Django's own script draws them when jQuery is ready, and asked for that before the window was loaded.
    window.addEventListener("load", () => {
        django.jQuery(() => document.querySelectorAll(".select2-hidden-accessible").forEach(name));
    });
}
