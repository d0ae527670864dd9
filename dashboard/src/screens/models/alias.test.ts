import { expect, test } from "vitest";

import { faultIn } from "./alias";

test.each(["audited-2026", "a", "x".repeat(63)])("%s can be a name", (alias) => expect(faultIn(alias)).toBeNull());
test.each(["", "3", "Audited", "a b", "x".repeat(64), "é"])("%s can be none", (alias) => expect(faultIn(alias)).toBe("wrong"));
test.each(["champion", "latest"])("%s follows from what is", (alias) => expect(faultIn(alias)).toBe("reserved"));
