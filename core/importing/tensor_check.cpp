// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/importing/tensor_check.h"

#include "core/base/error.h"

#include <fmt/ranges.h>

#include <set>

namespace portrait {
namespace {

constexpr std::size_t kShown = 4;

// "3 missing: a, b, ..."
class Findings {
 public:
  explicit Findings(const char* kind) : kind_(kind) {}
  void add(const std::string& finding) {
    if (count_++ < kShown) shown_ += (shown_.empty() ? "" : ", ") + finding;
  }
  void report(std::string& message) const {
    if (count_ == 0) return;
    message += fmt::format("{}{} {}: {}{}", message.empty() ? "" : "; ", count_, kind_, shown_,
                           count_ > kShown ? ", ..." : "");
  }

 private:
  const char* kind_;
  std::size_t count_ = 0;
  std::string shown_;
};

}  // namespace

void check_tensors(const std::vector<ImportedTensor>& tensors, const ShapeMap& expected,
                   const std::string& what) {
  Findings missing("missing"), surplus("not expected"), misshapen("of another shape"),
      typed("of another type");
  std::set<std::string> seen;
  for (const ImportedTensor& tensor : tensors) {
    const auto found = expected.find(tensor.name);
    const std::string place = tensor.file.filename().string();
    if (found == expected.end() || !seen.insert(tensor.name).second) {
      surplus.add(fmt::format("\"{}\" [{}] in {}", tensor.stored,
                              fmt::join(tensor.view.shape, ", "), place));
      continue;
    }
    if (tensor.shape != found->second) {
      misshapen.add(fmt::format("\"{}\" is [{}] where [{}] is expected, in {}", tensor.stored,
                                fmt::join(tensor.view.shape, ", "), fmt::join(found->second, ", "),
                                place));
    }
    if (!is_floating(tensor.view.dtype)) {
      typed.add(fmt::format("\"{}\" is {} where a floating-point type is expected, in {}",
                            tensor.stored, dtype_name(tensor.view.dtype), place));
    }
  }
  for (const auto& [name, shape] : expected) {
    if (seen.count(name) == 0)
      missing.add(fmt::format("\"{}\" [{}]", name, fmt::join(shape, ", ")));
  }
  std::string message;
  for (const Findings* each : {&missing, &surplus, &misshapen, &typed}) each->report(message);
  check(message.empty(), ErrorCode::kCorrupt,
        "The weights are not those of {}: {}. Take weights and config.json of one model", what,
        message);
}

}  // namespace portrait
