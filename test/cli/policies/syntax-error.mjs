export default {
  name: "syntax-error",
  summary: "lacks a comma"
  create: () => ({ dispatch() {} }),
};
