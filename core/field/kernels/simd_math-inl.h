// SPDX-License-Identifier: Apache-2.0
// Vector arithmetic shared by the kernels; included once per instruction set (Highway).
#if defined(PORTRAIT_SIMD_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PORTRAIT_SIMD_MATH_INL_H
#undef PORTRAIT_SIMD_MATH_INL_H
#else
#define PORTRAIT_SIMD_MATH_INL_H
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace portrait {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// At most 16 lanes: the widths below (32 channels, 64 hidden units) divide evenly.
using Floats = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Floats>;
constexpr std::size_t kLanes = hn::MaxLanes(Floats());

HWY_INLINE Vector load(const float* from) {
  return hn::LoadU(Floats(), from);
}
HWY_INLINE void store(Vector value, float* to) {
  hn::StoreU(value, Floats(), to);
}
HWY_INLINE Vector all(float value) {
  return hn::Set(Floats(), value);
}

// Several vectors at a time: a constant is fetched once for all of them where the registers do not
// hold it (AVX2 has sixteen), and their chains of products overlap. Polynomials are added up in a
// tree (Estrin's), which halves those chains.
template <int kCount>
struct Vectors {
  Vector at[kCount];
};
template <int kCount, class Body>
HWY_INLINE Vectors<kCount> each(const Body& body) {
  Vectors<kCount> result;
  for (int n = 0; n < kCount; ++n) result.at[n] = body(n);
  return result;
}
// low + x * high
template <int kCount>
HWY_INLINE Vectors<kCount> line(const Vectors<kCount>& x, float high, float low) {
  const Vector slope = all(high);
  const Vector start = all(low);
  return each<kCount>([&](int n) HWY_ATTR { return hn::MulAdd(x.at[n], slope, start); });
}
template <int kCount>
HWY_INLINE Vectors<kCount> add_product(const Vectors<kCount>& x, const Vectors<kCount>& y,
                                       const Vectors<kCount>& sum) {
  return each<kCount>([&](int n) HWY_ATTR { return hn::MulAdd(x.at[n], y.at[n], sum.at[n]); });
}
template <int kCount>
HWY_INLINE Vectors<kCount> square(const Vectors<kCount>& x) {
  return each<kCount>([&](int n) HWY_ATTR { return hn::Mul(x.at[n], x.at[n]); });
}

// exp(x) for x in [-87, 87], relative error about 1e-7. exp(r) on [-ln 2 / 2, ln 2 / 2] is a
// polynomial interpolated at Chebyshev nodes, 2.5e-9.
template <int kCount>
HWY_INLINE Vectors<kCount> exp_within(const Vectors<kCount>& x) {
  const Floats d;
  const hn::RebindToSigned<Floats> di;
  // 1.5 * 2^23: what is added to it rounds to an integer.
  const Vectors<kCount> rounded = line(x, 1.44269504F, 12582912.0F);
  const Vectors<kCount> r = each<kCount>([&](int n) HWY_ATTR {
    const Vector whole = hn::Sub(rounded.at[n], all(12582912.0F));
    return hn::NegMulAdd(whole, all(0.69314718F), x.at[n]);
  });
  const Vectors<kCount> r2 = square(r);
  const Vectors<kCount> high = each<kCount>([&](int n) HWY_ATTR {
    return hn::MulAdd(r2.at[n], all(1.394111891e-3F),
                      hn::MulAdd(r.at[n], all(8.375134775e-3F), all(4.166635277e-2F)));
  });
  const Vectors<kCount> middle = line(r, 1.666641541e-1F, 0.5F);
  const Vectors<kCount> low = line(r, 1.000000038F, 1.0F);
  const Vectors<kCount> p = add_product(r2, add_product(r2, high, middle), low);
  return each<kCount>([&](int n) HWY_ATTR {
    const auto exponent = hn::ShiftLeft<23>(hn::BitCast(di, rounded.at[n]));
    return hn::BitCast(d, hn::Add(hn::BitCast(di, p.at[n]), exponent));
  });
}
HWY_INLINE Vector exp_of(Vector x) {
  return exp_within(Vectors<1>{{hn::Min(hn::Max(x, all(-87.0F)), all(87.0F))}}).at[0];
}
// exp of what is not above zero.
HWY_INLINE Vector exp_below(Vector x) {
  return exp_within(Vectors<1>{{hn::Max(x, all(-87.0F))}}).at[0];
}

// max(x, 0) + log1p(exp(-|x|)). The polynomial is log1p(z) / z on [0, 1], interpolated at
// Chebyshev nodes, relative error 3.4e-8.
template <int kCount>
HWY_INLINE Vectors<kCount> softplus_of(const Vectors<kCount>& x) {
  const Vectors<kCount> z = exp_within(each<kCount>([&](int n) HWY_ATTR {
    return hn::Max(hn::Neg(hn::Abs(x.at[n])), all(-87.0F));
  }));
  const Vectors<kCount> z2 = square(z);
  const Vectors<kCount> z4 = square(z2);
  Vectors<kCount> high = line(z, -2.907406478e-2F, 7.751608690e-2F);
  high = add_product(z2, high, line(z, -1.360224764e-1F, 1.907688074e-1F));
  high = each<kCount>(
      [&](int n) HWY_ATTR { return hn::MulAdd(z4.at[n], all(5.126102168e-3F), high.at[n]); });
  Vectors<kCount> low = line(z, -2.483539899e-1F, 3.331812171e-1F);
  low = add_product(z2, low, line(z, -4.999944498e-1F, 9.999999659e-1F));
  const Vectors<kCount> p = add_product(z4, high, low);
  return each<kCount>([&](int n) HWY_ATTR {
    return hn::MulAdd(p.at[n], z.at[n], hn::Max(x.at[n], hn::Zero(Floats())));
  });
}
HWY_INLINE Vector softplus_of(Vector x) { return softplus_of(Vectors<1>{{x}}).at[0]; }

// 1 / (1 + exp(-x))
template <int kCount>
HWY_INLINE Vectors<kCount> sigmoid_of(const Vectors<kCount>& x) {
  const Vectors<kCount> e = exp_within(each<kCount>([&](int n) HWY_ATTR {
    return hn::Min(hn::Max(hn::Neg(x.at[n]), all(-87.0F)), all(87.0F));
  }));
  return each<kCount>(
      [&](int n) HWY_ATTR { return hn::Div(all(1.0F), hn::Add(e.at[n], all(1.0F))); });
}

// sigmoid(x) = 1 - exp(-softplus(x)), from the softplus.
HWY_INLINE Vector sigmoid_of_softplus(Vector softplus) {
  return hn::Sub(all(1.0F), exp_below(hn::Neg(softplus)));
}

struct Unchanged {
  HWY_INLINE Vectors<2> operator()(const Vectors<2>& x) const { return x; }
};
struct Softplus {
  HWY_INLINE Vectors<2> operator()(const Vectors<2>& x) const { return softplus_of(x); }
};

// Rows of a product at a time, and vectors of a row: as many sums as the registers hold.
constexpr int kRowsWide = 6;  // with 4 vectors (AVX-512) or 2
constexpr int kVectorsWide = kLanes == 16 ? 4 : 2;
constexpr int kRowsNarrow = kLanes == 16 ? 12 : 5;  // with 2 vectors: 32 columns of AVX-512

// y[b][column + ...] = act(bias + sum over i of x[b][i] * w[i][column + ...]) for kRows rows.
template <int kRows, int kVectors, class Act>
HWY_INLINE void product_block(const float* x, std::size_t x_stride, int inputs, const float* w,
                              std::size_t w_stride, const float* bias, float* y,
                              std::size_t y_stride, const Act& act) {
  Vector sum[kRows][kVectors];
  for (int b = 0; b < kRows; ++b) {
    for (int j = 0; j < kVectors; ++j) {
      sum[b][j] = bias ? load(bias + j * kLanes) : hn::Zero(Floats());
    }
  }
  for (int i = 0; i < inputs; ++i) {
    Vector row[kVectors];
    for (int j = 0; j < kVectors; ++j) row[j] = load(w + i * w_stride + j * kLanes);
    for (int b = 0; b < kRows; ++b) {
      const Vector input = all(x[b * x_stride + i]);
      for (int j = 0; j < kVectors; ++j) sum[b][j] = hn::MulAdd(input, row[j], sum[b][j]);
    }
  }
  for (int b = 0; b < kRows; ++b) {
    for (int j = 0; j < kVectors; j += 2) {
      const Vectors<2> pair = act(Vectors<2>{{sum[b][j], sum[b][j + 1]}});
      store(pair.at[0], y + b * y_stride + j * kLanes);
      store(pair.at[1], y + b * y_stride + (j + 1) * kLanes);
    }
  }
}

// The rows that a block of kRows leaves over, in one smaller block.
template <int kRows, int kVectors, class Act>
HWY_INLINE void product_rest(int rows, const float* x, int inputs, const float* w, int columns,
                             const float* bias, float* y, const Act& act) {
  if constexpr (kRows > 0) {
    if (rows == kRows) {
      product_block<kRows, kVectors>(x, inputs, inputs, w, columns, bias, y, columns, act);
    } else {
      product_rest<kRows - 1, kVectors>(rows, x, inputs, w, columns, bias, y, act);
    }
  }
}

template <int kRows, int kVectors, class Act>
HWY_INLINE void product_rows(const float* x, int rows, int inputs, const float* w, int columns,
                             const float* bias, float* y, const Act& act) {
  constexpr int kStep = kVectors * int(kLanes);
  for (int column = 0; column < columns; column += kStep) {
    const float* part = bias ? bias + column : nullptr;
    int b = 0;
    for (; b + kRows <= rows; b += kRows) {
      product_block<kRows, kVectors>(x + std::size_t(b) * inputs, inputs, inputs, w + column,
                                     columns, part, y + std::size_t(b) * columns + column, columns,
                                     act);
    }
    product_rest<kRows - 1, kVectors>(rows - b, x + std::size_t(b) * inputs, inputs, w + column,
                                      columns, part, y + std::size_t(b) * columns + column, act);
  }
}

// y [rows][kColumns] = act(x [rows][inputs] . w [inputs][kColumns] + bias), all contiguous.
template <int kColumns, class Act>
HWY_INLINE void product(const float* x, int rows, int inputs, const float* w, const float* bias,
                        float* y, const Act& act) {
  static_assert(kColumns == 32 || kColumns == 64);
  if (kColumns == 64) {
    product_rows<kRowsWide, kVectorsWide>(x, rows, inputs, w, kColumns, bias, y, act);
  } else {
    product_rows<kRowsNarrow, 2>(x, rows, inputs, w, kColumns, bias, y, act);
  }
}

// sums [kA][kB] += sum over rows of x[row][a] * y[row][b].
template <int kA, int kB>
HWY_INLINE void add_outer_products(const float* x, const float* y, int rows, float* sums) {
  constexpr int kVectors = kB == 64 ? kVectorsWide : 2;
  constexpr int kTile = kLanes == 16 ? (kVectors == 4 ? 4 : 8) : 4;
  constexpr int kStep = kVectors * int(kLanes);
  for (int a = 0; a < kA; a += kTile) {
    for (int b = 0; b < kB; b += kStep) {
      Vector sum[kTile][kVectors];
      for (int r = 0; r < kTile; ++r) {
        for (int j = 0; j < kVectors; ++j) {
          sum[r][j] = load(sums + std::size_t(a + r) * kB + b + j * kLanes);
        }
      }
      for (int row = 0; row < rows; ++row) {
        Vector right[kVectors];
        for (int j = 0; j < kVectors; ++j) {
          right[j] = load(y + std::size_t(row) * kB + b + j * kLanes);
        }
        for (int r = 0; r < kTile; ++r) {
          const Vector left = all(x[std::size_t(row) * kA + a + r]);
          for (int j = 0; j < kVectors; ++j) sum[r][j] = hn::MulAdd(left, right[j], sum[r][j]);
        }
      }
      for (int r = 0; r < kTile; ++r) {
        for (int j = 0; j < kVectors; ++j) {
          store(sum[r][j], sums + std::size_t(a + r) * kB + b + j * kLanes);
        }
      }
    }
  }
}

// y [kRows] = x [kRows][kColumns] . w [kColumns] + bias.
template <int kRows, int kColumns>
HWY_INLINE void dot_rows(const float* x, const float* w, float bias, float* y) {
  Vector sum[kRows];
  for (int b = 0; b < kRows; ++b) sum[b] = hn::Zero(Floats());
  for (int i = 0; i < kColumns; i += int(kLanes)) {
    const Vector right = load(w + i);
    for (int b = 0; b < kRows; ++b) {
      sum[b] = hn::MulAdd(load(x + std::size_t(b) * kColumns + i), right, sum[b]);
    }
  }
  for (int b = 0; b < kRows; ++b) y[b] = bias + hn::GetLane(hn::SumOfLanes(Floats(), sum[b]));
}

// The same for any number of rows.
template <int kColumns>
HWY_INLINE void dots(const float* x, int rows, const float* w, float bias, float* y) {
  constexpr int kTogether = 4;
  int b = 0;
  for (; b + kTogether <= rows; b += kTogether) {
    dot_rows<kTogether, kColumns>(x + std::size_t(b) * kColumns, w, bias, y + b);
  }
  for (; b < rows; ++b) dot_rows<1, kColumns>(x + std::size_t(b) * kColumns, w, bias, y + b);
}

}  // namespace HWY_NAMESPACE
}  // namespace portrait
HWY_AFTER_NAMESPACE();

#endif
