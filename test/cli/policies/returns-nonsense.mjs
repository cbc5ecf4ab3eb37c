export default { name: "returns-nonsense", summary: "its dispatch is a text", create: () => ({ dispatch: "now" }) };
