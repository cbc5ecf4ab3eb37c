export default {
  name: "loops-create", summary: "never gets made",
  create() {
    for (;;);
  },
};
