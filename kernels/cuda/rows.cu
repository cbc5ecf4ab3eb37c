// Operators on the rows of a matrix: sums, softmax, layer norm and its kin. A block a row; where rows are short, a thread
// a row; where there are few long ones, several blocks a row, whose sums a second kernel adds up. Sums are in f32.
#include "device.hpp"

namespace {

// Merges what all threads of a block found, with `merge`; every thread gets the result. Blocks have whole warps.
template <typename Found, typename Merge>
__device__ Found mergeBlock(Found mine, Merge merge) {
  // One place a warp; a block has at most 32 of them.
  __shared__ Found places[32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
  for (int apart = 16; apart > 0; apart /= 2) mine = merge(mine, mine.from(apart));
  if (lane == 0) places[warp] = mine;
  __syncthreads();
  mine = places[0];
  for (int i = 1; i < warps; i++) mine = merge(mine, places[i]);
  return mine;
}

struct Sum {
  float value;
  __device__ Sum from(int apart) const { return {__shfl_xor_sync(0xffffffffu, value, apart)}; }
};
struct MergeSum {
  __device__ Sum operator()(Sum p, Sum q) const { return {p.value + q.value}; }
};

// Maximum, and the sum of exp(value - maximum).
struct Peak {
  float maximum, sum;
  __device__ Peak from(int apart) const { return {__shfl_xor_sync(0xffffffffu, maximum, apart), __shfl_xor_sync(0xffffffffu, sum, apart)}; }
};
struct MergePeak {
  __device__ Peak operator()(Peak p, Peak q) const {
    const float maximum = fmaxf(p.maximum, q.maximum);
    return {maximum, p.sum * expf(p.maximum - maximum) + q.sum * expf(q.maximum - maximum)};
  }
};

// Number of values, their mean, and the sum of their squared deviations from it.
struct Moments {
  float count, mean, squares;
  __device__ Moments from(int apart) const {
    return {__shfl_xor_sync(0xffffffffu, count, apart), __shfl_xor_sync(0xffffffffu, mean, apart), __shfl_xor_sync(0xffffffffu, squares, apart)};
  }
};
struct MergeMoments {
  __device__ Moments operator()(Moments p, Moments q) const {
    const float count = p.count + q.count;
    if (count == 0) return p;
    const float apart = q.mean - p.mean;
    return {count, p.mean + apart * q.count / count, p.squares + q.squares + apart * apart * p.count * q.count / count};
  }
};

template <typename T>
__global__ void sumShortRows(const T* matrix, T* result, long long rows, int columns) {
  const long long row = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x;
  if (row >= rows) return;
  float sum = 0;
  for (int column = 0; column < columns; column++) sum += toFloat(matrix[row * columns + column]);
  result[row] = fromFloat<T>(sum);
}

// Block (x, y) sums part x of row y.
template <typename T, typename R>
__global__ void sumRows(const T* matrix, R* result, long long columns, int parts) {
  const long long row = static_cast<long long>(blockIdx.x) / parts;
  const int part = blockIdx.x % parts;
  float sum = 0;
  for (long long column = part * static_cast<long long>(blockDim.x) + threadIdx.x; column < columns; column += static_cast<long long>(parts) * blockDim.x) sum += toFloat(matrix[row * columns + column]);
  const Sum all = mergeBlock(Sum{sum}, MergeSum{});
  if (threadIdx.x == 0) result[row * parts + part] = fromFloat<R>(all.value);
}

template <typename T>
__global__ void softmaxRows(const T* matrix, T* result, int columns) {
  const T* row = matrix + static_cast<long long>(blockIdx.x) * columns;
  T* out = result + static_cast<long long>(blockIdx.x) * columns;
  const MergePeak merge;
  Peak mine{-3e38f, 0};
  for (int column = threadIdx.x; column < columns; column += blockDim.x) mine = merge(mine, {toFloat(row[column]), 1});
  const Peak all = mergeBlock(mine, merge);
  for (int column = threadIdx.x; column < columns; column += blockDim.x) out[column] = fromFloat<T>(expf(toFloat(row[column]) - all.maximum) / all.sum);
}

constexpr float epsilon = 1e-5f;

// With `centred`, layer norm; without, normalization by the root mean square.
template <typename T, bool centred>
__global__ void normRows(const T* matrix, const T* scale, const T* shift, T* result, int columns) {
  const T* row = matrix + static_cast<long long>(blockIdx.x) * columns;
  T* out = result + static_cast<long long>(blockIdx.x) * columns;
  Moments mine{0, 0, 0};
  for (int column = threadIdx.x; column < columns; column += blockDim.x) {
    const float value = toFloat(row[column]);
    mine.count += 1;
    if (centred) {
      const float apart = value - mine.mean;
      mine.mean += apart / mine.count;
      mine.squares += apart * (value - mine.mean);
    } else {
      mine.squares += value * value;
    }
  }
  const Moments all = mergeBlock(mine, MergeMoments{});
  const float factor = rsqrtf(all.squares / all.count + epsilon);
  for (int column = threadIdx.x; column < columns; column += blockDim.x) {
    float value = (toFloat(row[column]) - all.mean) * factor * toFloat(scale[column]);
    if (centred) value += toFloat(shift[column]);
    out[column] = fromFloat<T>(value);
  }
}

// Threads of a block for rows of so many elements: whole warps, a power of two.
int threadsFor(long long columns) {
  int threads = 32;
  while (threads < columns && threads < 256) threads *= 2;
  return threads;
}

double rowSum(long long start, long long columns) {
  double sum = 0;
  for (long long i = 0; i < columns; i++) sum += valueAt(start + i, 1, 256);
  return sum;
}

template <typename T>
class Reduce : public Work {
 public:
  Reduce(const Kernel& kernel, const Device& device) {
    const long long inputs = kernel.extent("inputs");
    rows_ = kernel.extent("outputs");
    if (inputs % rows_ != 0) throw Failure("the elements cannot be cut into equal rows");
    columns_ = inputs / rows_;
    parts_ = rows_ < 128 && columns_ > 16384 ? static_cast<int>(std::min<long long>(1024, (columns_ + 8191) / 8192)) : 1;
    const long long sets = setCount(device, (inputs + rows_) * sizeof(T));
    matrix_ = Sets<T>(inputs, sets);
    result_ = Sets<T>(rows_, sets);
    partial_ = Sets<float>(rows_ * parts_, sets);
    matrix_.fill(1, 256, device.stream);
  }

  void enqueue(long long index, cudaStream_t stream) override {
    if (columns_ <= 32) {
      sumShortRows<T><<<static_cast<unsigned>((rows_ + 255) / 256), 256, 0, stream>>>(matrix_.at(index), result_.at(index), rows_, static_cast<int>(columns_));
    } else if (parts_ == 1) {
      sumRows<T, T><<<static_cast<unsigned>(rows_), threadsFor(columns_), 0, stream>>>(matrix_.at(index), result_.at(index), columns_, 1);
    } else {
      sumRows<T, float><<<static_cast<unsigned>(rows_ * parts_), 256, 0, stream>>>(matrix_.at(index), partial_.at(index), columns_, parts_);
      LAUNCHED();
      sumRows<float, T><<<static_cast<unsigned>(rows_), threadsFor(parts_), 0, stream>>>(partial_.at(index), result_.at(index), parts_, 1);
    }
    LAUNCHED();
  }

  void check(cudaStream_t stream) override {
    result_.spoil(stream);
    enqueue(0, stream);
    checkResults(result_.at(0), rows_, {[this](long long row) { return rowSum(row * columns_, columns_); }, columns_, std::sqrt(static_cast<double>(columns_)), toleranceOf<T>()}, stream);
  }

 private:
  long long rows_ = 0, columns_ = 0;
  int parts_ = 1;
  Sets<T> matrix_, result_;
  Sets<float> partial_;
};

template <typename T>
class Softmax : public Work {
 public:
  Softmax(const Kernel& kernel, const Device& device) : rows_(kernel.extent("rows")), columns_(kernel.extent("columns")) {
    const long long sets = setCount(device, 2 * rows_ * columns_ * sizeof(T));
    matrix_ = Sets<T>(rows_ * columns_, sets);
    result_ = Sets<T>(rows_ * columns_, sets);
    matrix_.fill(1, 256, device.stream);
  }

  void enqueue(long long index, cudaStream_t stream) override {
    softmaxRows<T><<<static_cast<unsigned>(rows_), threadsFor(columns_), 0, stream>>>(matrix_.at(index), result_.at(index), static_cast<int>(columns_));
    LAUNCHED();
  }

  void check(cudaStream_t stream) override {
    result_.spoil(stream);
    enqueue(0, stream);
    const auto expected = [this](long long position) {
      const long long start = position - position % columns_;
      double sum = 0;
      for (long long i = 0; i < columns_; i++) sum += std::exp(static_cast<double>(valueAt(start + i, 1, 256)));
      return std::exp(static_cast<double>(valueAt(position, 1, 256))) / sum;
    };
    checkResults(result_.at(0), rows_ * columns_, {expected, columns_, 1.0 / static_cast<double>(columns_), toleranceOf<T>()}, stream);
  }

 private:
  long long rows_, columns_;
  Sets<T> matrix_, result_;
};

template <typename T, bool centred>
class Norm : public Work {
 public:
  Norm(const Kernel& kernel, const Device& device) {
    const long long elements = kernel.extent("elements"), parameters = kernel.extent("parameters");
    columns_ = centred ? parameters / 2 : parameters;
    if (columns_ < 1 || (centred && parameters % 2 != 0) || elements % columns_ != 0) throw Failure("the parameters do not fit the elements");
    rows_ = elements / columns_;
    const long long sets = setCount(device, 2 * elements * sizeof(T));
    matrix_ = Sets<T>(elements, sets);
    scale_ = Sets<T>(columns_, 1);
    shift_ = Sets<T>(columns_, 1);
    result_ = Sets<T>(elements, sets);
    matrix_.fill(1, 256, device.stream);
    scale_.fill(2, 256, device.stream);
    shift_.fill(3, 256, device.stream);
  }

  void enqueue(long long index, cudaStream_t stream) override {
    normRows<T, centred><<<static_cast<unsigned>(rows_), threadsFor(columns_), 0, stream>>>(matrix_.at(index), scale_.at(0), shift_.at(0), result_.at(index), static_cast<int>(columns_));
    LAUNCHED();
  }

  void check(cudaStream_t stream) override {
    result_.spoil(stream);
    enqueue(0, stream);
    const auto expected = [this](long long position) {
      const long long column = position % columns_, start = position - column;
      const double mean = centred ? rowSum(start, columns_) / static_cast<double>(columns_) : 0;
      double squares = 0;
      for (long long i = 0; i < columns_; i++) squares += std::pow(valueAt(start + i, 1, 256) - mean, 2);
      const double value = (valueAt(position, 1, 256) - mean) / std::sqrt(squares / static_cast<double>(columns_) + epsilon) * valueAt(column, 2, 256);
      return value + (centred ? valueAt(column, 3, 256) : 0);
    };
    checkResults(result_.at(0), rows_ * columns_, {expected, 2 * columns_, 1, toleranceOf<T>()}, stream);
  }

 private:
  long long rows_ = 0, columns_ = 0;
  Sets<T> matrix_, scale_, shift_, result_;
};

template <typename T>
using LayerNorm = Norm<T, true>;
template <typename T>
using RmsNorm = Norm<T, false>;

}  // namespace

std::unique_ptr<Work> rowWork(const Kernel& kernel, const Device& device) {
  if (kernel.kind == "reduce") return madeFor<Reduce>(kernel, device);
  if (kernel.kind == "softmax") return madeFor<Softmax>(kernel, device);
  if (kernel.kind == "layer-norm") return madeFor<LayerNorm>(kernel, device);
  if (kernel.kind == "rms-norm") return madeFor<RmsNorm>(kernel, device);
  return nullptr;
}
