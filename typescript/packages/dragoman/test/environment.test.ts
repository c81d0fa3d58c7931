import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { pointedAt, variable } from "dragoman";

afterEach(() => {
  delete process.env["DRAGOMAN_BASE_URL"];
});

test("a variable is read when it is asked for, without the blanks around it", () => {
  process.env["DRAGOMAN_BASE_URL"] = " http://127.0.0.1:8000/v1\n";
  assert.equal(pointedAt(), "http://127.0.0.1:8000/v1");
});

test("one that is unset, and one that is empty, are none", () => {
  assert.equal(pointedAt(), undefined);
  process.env["DRAGOMAN_BASE_URL"] = "  ";
  assert.equal(pointedAt(), undefined);
  assert.equal(variable("DRAGOMAN_NO_SUCH_VARIABLE"), undefined);
});
