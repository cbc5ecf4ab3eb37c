// A matrix with its axes exchanged: a workgroup brings a square into workgroup memory by rows and writes it by columns,
// so that memory is read and written in order. The square is one element wider than it needs to be, against bank conflicts.
// Given by the prelude: Element; edge (of the square), stripes (rows of threads; divides edge).

struct Size { rows: u32, columns: u32 }

@group(0) @binding(0) var<storage, read> matrix: array<Element>;
@group(0) @binding(1) var<storage, read_write> result: array<Element>;
@group(0) @binding(2) var<uniform> size: Size;

var<workgroup> square: array<array<Element, edge + 1>, edge>;

@compute @workgroup_size(edge, stripes)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let across = (size.columns + edge - 1) / edge;
  let index = group.y * groups.x + group.x;
  let row0 = index / across * edge;
  let column0 = index % across * edge;
  for (var i = local.y; i < edge; i += stripes) {
    if (row0 + i < size.rows && column0 + local.x < size.columns) { square[i][local.x] = matrix[(row0 + i) * size.columns + column0 + local.x]; }
  }
  workgroupBarrier();
  for (var i = local.y; i < edge; i += stripes) {
    if (column0 + i < size.columns && row0 + local.x < size.rows) { result[(column0 + i) * size.rows + row0 + local.x] = square[local.x][i]; }
  }
}
