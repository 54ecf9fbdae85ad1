// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/nn/precision.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"

namespace portrait {
namespace {

constexpr std::int64_t kManyNumbers = 200'000'000;

}  // namespace

bool multiplies_bfloat16() {
#if defined(__x86_64__) && defined(__GNUC__)
  return at::hasMKLDNN() && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

Precision half_precision() {
  return {at::kBFloat16, multiplies_bfloat16() ? at::kBFloat16 : at::kFloat};
}

PrecisionChoice precision_choice(std::string_view name) {
  if (name == "single") return PrecisionChoice::kSingle;
  if (name == "half") return PrecisionChoice::kHalf;
  check(name == "auto", ErrorCode::kInternal, "There is no precision \"{}\"", name);
  return PrecisionChoice::kAuto;
}

Precision precision_for(std::int64_t numbers, PrecisionChoice choice) {
  const bool half =
      choice == PrecisionChoice::kAuto ? numbers > kManyNumbers : choice == PrecisionChoice::kHalf;
  return half ? half_precision() : Precision{};
}

std::int64_t number_count(const PackNetwork& network) {
  std::int64_t numbers = 0;
  for (const auto& [name, view] : network.weights->tensors()) numbers += view.count();
  return numbers;
}

Precision precision_of(const PackNetwork& network, PrecisionChoice choice) {
  return precision_for(number_count(network), choice);
}

}  // namespace portrait
