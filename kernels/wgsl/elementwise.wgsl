// An element-wise operator, four elements a thread.
// Given by the prelude: Element; threads; binary (whether there are two operands); `fn operation(x: vec4f, y: vec4f) -> vec4f`.
// An operator of one operand has a second binding too, which is not read.

struct Size { vectors: u32 }

@group(0) @binding(0) var<storage, read> left: array<vec4<Element>>;
@group(0) @binding(1) var<storage, read> right: array<vec4<Element>>;
@group(0) @binding(2) var<storage, read_write> result: array<vec4<Element>>;
@group(0) @binding(3) var<uniform> size: Size;

@compute @workgroup_size(threads)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * threads + thread;
  if (index >= size.vectors) { return; }
  let x = vec4f(left[index]);
  var y = x;
  if (binary) { y = vec4f(right[index]); }
  result[index] = vec4<Element>(operation(x, y));
}
