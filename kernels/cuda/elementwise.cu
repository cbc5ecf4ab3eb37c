// Element-wise operators of one or two full operands, sixteen bytes a thread and turn.
#include "device.hpp"

namespace {

enum class Operation { relu, gelu, sigmoid, silu, tanh, exp, sqrt, neg, abs, add, sub, mul, div, min, max };

constexpr float geluFactor = 0.7978845608f;  // √(2/π), of the tanh form

template <Operation operation>
__host__ __device__ inline float apply(float x, float y) {
  switch (operation) {
    case Operation::relu: return x > 0 ? x : 0;
    case Operation::gelu: return 0.5f * x * (1 + tanhf(geluFactor * (x + 0.044715f * x * x * x)));
    case Operation::sigmoid: return 1 / (1 + expf(-x));
    case Operation::silu: return x / (1 + expf(-x));
    case Operation::tanh: return tanhf(x);
    case Operation::exp: return expf(x);
    case Operation::sqrt: return sqrtf(fabsf(x));
    case Operation::neg: return -x;
    case Operation::abs: return fabsf(x);
    case Operation::add: return x + y;
    case Operation::sub: return x - y;
    case Operation::mul: return x * y;
    // Kept away from 0, where a quotient has no digits that could be compared.
    case Operation::div: return x / (y + 2);
    case Operation::min: return x < y ? x : y;
    case Operation::max: return x > y ? x : y;
  }
  return 0;
}

template <typename T>
struct alignas(16) Pack {
  static constexpr int size = 16 / sizeof(T);
  T values[size];
};

// The arrays are padded to whole packs, so the last one may be computed in full.
template <typename T, Operation operation, bool binary>
__global__ void elementwiseKernel(const Pack<T>* left, const Pack<T>* right, Pack<T>* result, long long packs) {
  const long long index = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x;
  if (index >= packs) return;
  const Pack<T> x = left[index];
  Pack<T> y = x;
  if (binary) y = right[index];
  Pack<T> out;
#pragma unroll
  for (int i = 0; i < Pack<T>::size; i++) out.values[i] = fromFloat<T>(apply<operation>(toFloat(x.values[i]), toFloat(y.values[i])));
  result[index] = out;
}

template <typename T, Operation operation>
class Elementwise : public Work {
 public:
  static constexpr bool binary = operation >= Operation::add;

  Elementwise(const Kernel& kernel, const Device& device) {
    elements_ = kernel.extent("elements");
    packs_ = (elements_ + Pack<T>::size - 1) / Pack<T>::size;
    const long long padded = packs_ * Pack<T>::size;
    const long long sets = setCount(device, (binary ? 3 : 2) * padded * sizeof(T));
    left_ = Sets<T>(padded, sets);
    result_ = Sets<T>(padded, sets);
    left_.fill(1, 256, device.stream);
    if (binary) {
      right_ = Sets<T>(padded, sets);
      right_.fill(2, 256, device.stream);
    }
  }

  void enqueue(long long index, cudaStream_t stream) override {
    const T* right = binary ? right_.at(index) : left_.at(index);
    elementwiseKernel<T, operation, binary><<<static_cast<unsigned>((packs_ + 255) / 256), 256, 0, stream>>>(
        reinterpret_cast<const Pack<T>*>(left_.at(index)), reinterpret_cast<const Pack<T>*>(right), reinterpret_cast<Pack<T>*>(result_.at(index)), packs_);
    LAUNCHED();
  }

  void check(cudaStream_t stream) override {
    result_.spoil(stream);
    enqueue(0, stream);
    checkResults(result_.at(0), elements_, {[](long long i) { return static_cast<double>(apply<operation>(valueAt(i, 1, 256), valueAt(i, 2, 256))); }, 1, 1, toleranceOf<T>()}, stream);
  }

 private:
  long long elements_ = 0, packs_ = 0;
  Sets<T> left_, right_, result_;
};

template <Operation operation>
struct Of {
  template <typename T>
  using Made = Elementwise<T, operation>;
};

}  // namespace

std::unique_ptr<Work> elementwiseWork(const Kernel& kernel, const Device& device) {
#define CASE(name) \
  if (kernel.kind == #name) return madeFor<Of<Operation::name>::template Made>(kernel, device);
  CASE(relu) CASE(gelu) CASE(sigmoid) CASE(silu) CASE(tanh) CASE(exp) CASE(sqrt) CASE(neg) CASE(abs)
  CASE(add) CASE(sub) CASE(mul) CASE(div) CASE(min) CASE(max)
#undef CASE
  return nullptr;
}
