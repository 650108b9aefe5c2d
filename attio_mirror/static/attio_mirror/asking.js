"use strict";
/* What was left empty in a filter is not asked: the address stays short. */
document.addEventListener("formdata", ({target, formData}) => {
    if (!target.matches(".attio-asking")) {
        return;
    }
    for (const [name, value] of [...formData]) {
        if (value === "") {
            formData.delete(name);
        }
    }
});
