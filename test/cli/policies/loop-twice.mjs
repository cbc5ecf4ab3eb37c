export default {
  name: "loop-twice", summary: "gives every worker all iterations",
  create() {
    let all = 0;
    return {
      start: (iterations) => void (all = iterations),
      next(worker, chunk) {
        chunk[0] = 0;
        chunk[1] = all;
        return "own";
      },
    };
  },
};
