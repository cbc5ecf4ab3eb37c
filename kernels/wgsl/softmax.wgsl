// Softmax of each row of a matrix, a workgroup a row: one pass finds the maximum and the sum of exponentials together,
// rescaling the sum whenever a new maximum turns up; a second pass writes.
// Given by the prelude: Element; threads.

struct Size { rows: u32, columns: u32 }

@group(0) @binding(0) var<storage, read> matrix: array<Element>;
@group(0) @binding(1) var<storage, read_write> result: array<Element>;
@group(0) @binding(2) var<uniform> size: Size;

// Maximum so far, and the sum of exp(value - maximum).
var<workgroup> found: array<vec2f, threads>;

const lowest = -3.0e38f;

fn merge(p: vec2f, q: vec2f) -> vec2f {
  let maximum = max(p.x, q.x);
  return vec2f(maximum, p.y * exp(p.x - maximum) + q.y * exp(q.x - maximum));
}

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= size.rows) { return; }
  var mine = vec2f(lowest, 0);
  for (var column = thread; column < size.columns; column += threads) { mine = merge(mine, vec2f(f32(matrix[row * size.columns + column]), 1)); }
  found[thread] = mine;
  for (var half = threads / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (thread < half) { found[thread] = merge(found[thread], found[thread + half]); }
  }
  workgroupBarrier();
  let all = found[0];
  for (var column = thread; column < size.columns; column += threads) {
    let at = row * size.columns + column;
    result[at] = Element(exp(f32(matrix[at]) - all.x) / all.y);
  }
}
