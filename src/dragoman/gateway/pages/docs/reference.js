// The reference: operations, what they take and answer, and the types, made from the OpenAPI document.

import { copies, node, prose } from "../dom.js";
import { bounds, named, nullable, words } from "./schema.js";

const JSON_TYPE = "application/json";

/**
 * All sections of the reference.
 *
 * @param {Record<string, any>} spec an OpenAPI 3.1 document
 */
export function reference(spec) {
  const schemas = spec.components.schemas;
  const shown = new Set();
  const sections = operations(spec).map((operation) => section(operation, schemas, shown));
  return [...sections, types(schemas, shown)];
}

/**
 * The links to them.
 *
 * @param {Record<string, any>} spec an OpenAPI 3.1 document
 */
export function contents(spec) {
  const link = (id, ...label) => node("li", {}, node("a", { href: `#${id}` }, ...label));
  const paths = operations(spec).map(({ id, method, summary }) => link(id, badge(method), node("span", {}, summary)));
  const rest = [link("playground", "Playground"), link("types", "Types")];
  return [node("ul", {}, rest[0]), node("h2", {}, "Operations"), node("ul", {}, ...paths), node("ul", {}, rest[1])];
}

function operations(spec) {
  return Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, id: operation.operationId, path, method })),
  );
}

const badge = (method) => node("span", { class: `method ${method}` }, method.toUpperCase());

function section(operation, schemas, shown) {
  const { id, method, path, summary, description = "", parameters = [], requestBody, responses } = operation;
  const parts = [
    node("h2", {}, summary),
    node("p", { class: "path" }, badge(method), node("code", {}, path)),
    node("p", {}, ...prose(description)),
  ];
  for (const [place, title] of [["path", "In the path"], ["query", "In the query"]]) {
    const there = parameters.filter((parameter) => parameter.in === place);
    if (there.length) parts.push(node("h3", {}, title), fields(there.map(parameterField)));
  }
  const taken = requestBody?.content[JSON_TYPE].schema.$ref;
  if (taken) {
    const bodies = Object.values(requestBody.content[JSON_TYPE].examples);
    parts.push(node("h3", {}, bodies.length > 1 ? "Examples" : "An example"), ...bodies.map(example));
    // What a request takes is read here, not looked up: its type needs no second place further down.
    shown.add(named(taken));
    parts.push(node("div", { id: named(taken) }, node("h3", {}, "Fields of the body"), fieldsOf(schemas[named(taken)])));
  }
  parts.push(node("h3", {}, "Answers"), answers(responses));
  return node("section", { id, class: "operation" }, ...parts);
}

/** A body to look at and to copy, folded unless it is the first. */
function example({ summary, value }, place) {
  const body = JSON.stringify(value, null, 2);
  const button = node("button", { type: "button", class: "quiet" }, "Copy");
  copies(button, () => body);
  return node("details", { class: "example", open: place === 0 },
    node("summary", {}, summary),
    node("div", {}, node("pre", { tabindex: "0" }, body), button),
  );
}

const parameterField = ({ name, schema, required, description }) => [name, { ...schema, description }, required];

function answers(responses) {
  const rows = Object.entries(responses).map(([status, { description, content }]) => {
    const kinds = Object.entries(content).flatMap(([kind, { schema }], place) => [
      place ? " · " : "",
      ...(schema.$ref ? words(schema) : ["JSON"]),
      kind === JSON_TYPE ? "" : ` in ${kind}`,
    ]);
    const tone = status < "300" ? "good" : status < "500" ? "theirs" : "ours";
    return node("li", {}, node("code", { class: `status ${tone}` }, status), node("span", {}, ...prose(description)), node("span", { class: "kind" }, ...kinds));
  });
  return node("ul", { class: "answers" }, ...rows);
}

/** The fields of an object: those that have to be there first. */
function fieldsOf({ properties = {}, required = [] }) {
  const all = Object.entries(properties).map(([name, schema]) => [name, schema, required.includes(name)]);
  return fields([...all.filter(([, , needed]) => needed), ...all.filter(([, , needed]) => !needed)]);
}

function fields(rows) {
  return node("dl", { class: "fields-list" }, ...rows.flatMap(([name, schema, needed]) => [
    node("dt", {}, node("code", {}, name), ...(needed ? [node("span", { class: "needed" }, "required")] : [])),
    node("dd", {}, typeLine(schema), ...(schema.description ? [node("p", {}, ...prose(schema.description))] : [])),
  ]));
}

function typeLine(schema) {
  const notes = [bounds(schema), nullable(schema) ? "may be null" : ""].filter(Boolean).join(" · ");
  return node("p", { class: "type" }, ...words(schema), node("span", {}, notes && ` · ${notes}`));
}

function types(schemas, shown) {
  const rest = Object.entries(schemas).filter(([name]) => !shown.has(name));
  const folds = rest.map(([name, schema]) =>
    node("details", { id: name, class: "type-fold" },
      node("summary", {}, node("code", {}, name), node("span", {}, ...prose(schema.description ?? ""))),
      fieldsOf(schema),
    ),
  );
  return node("section", { id: "types" }, node("h2", {}, "Types"), ...folds);
}
