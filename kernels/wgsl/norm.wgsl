// Layer norm of each row of a matrix (with `centred`), or its normalization by the root mean square (without), then a
// scale and, with `centred`, a shift; a workgroup a row. Mean and squared deviations are merged pairwise, since a
// difference of large sums would lose its digits.
// Given by the prelude: Element; threads; centred.

struct Size { rows: u32, columns: u32 }

@group(0) @binding(0) var<storage, read> matrix: array<Element>;
@group(0) @binding(1) var<storage, read> scale: array<Element>;
@group(0) @binding(2) var<storage, read> shift: array<Element>;
@group(0) @binding(3) var<storage, read_write> result: array<Element>;
@group(0) @binding(4) var<uniform> size: Size;

const epsilon = 1e-5f;

// Number of values, their mean, and the sum of their squared deviations from it.
var<workgroup> found: array<vec3f, threads>;

fn merge(p: vec3f, q: vec3f) -> vec3f {
  let count = p.x + q.x;
  if (count == 0) { return p; }
  let apart = q.y - p.y;
  return vec3f(count, p.y + apart * q.x / count, p.z + q.z + apart * apart * p.x * q.x / count);
}

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= size.rows) { return; }
  var mine = vec3f();
  for (var column = thread; column < size.columns; column += threads) {
    let value = f32(matrix[row * size.columns + column]);
    if (centred) {
      let apart = value - mine.y;
      mine.x += 1;
      mine.y += apart / mine.x;
      mine.z += apart * (value - mine.y);
    } else {
      mine += vec3f(1, 0, value * value);
    }
  }
  found[thread] = mine;
  for (var half = threads / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (thread < half) { found[thread] = merge(found[thread], found[thread + half]); }
  }
  workgroupBarrier();
  let all = found[0];
  let factor = inverseSqrt(all.z / all.x + epsilon);
  for (var column = thread; column < size.columns; column += threads) {
    let at = row * size.columns + column;
    var value = (f32(matrix[at]) - all.y) * factor * f32(scale[column]);
    if (centred) { value += f32(shift[column]); }
    result[at] = Element(value);
  }
}
