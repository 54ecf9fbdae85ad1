// SPDX-License-Identifier: Apache-2.0
#include "core/nn/safetensors_header.h"

#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace portrait {
namespace {

// Names of any length and content may stand in a hostile file; a message shows their start.
std::string shown(const std::string& name) {
  std::string text;
  for (const char c : name.substr(0, 120)) {
    text += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return name.size() > 120 ? text + "..." : text;
}

// Events of the parser -> tensors and metadata. A header has at most three levels: the object of
// names, a tensor's object, its shape or offsets.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderReader(const std::filesystem::path& path) : path_(path) {}

  SafetensorsHeader take() { return std::move(header_); }

  bool start_object(std::size_t) override {
    if (level_ == Level::kOutside) {
      level_ = Level::kNames;
    } else if (level_ == Level::kNames) {
      if (name_ == "__metadata__") {
        level_ = Level::kMetadata;
      } else {
        level_ = Level::kTensor;
        tensor_ = {};
        seen_ = 0;
      }
    } else {
      malformed();
    }
    return true;
  }

  bool end_object() override {
    if (level_ == Level::kTensor) keep_tensor();
    level_ = level_ == Level::kNames ? Level::kOutside : Level::kNames;
    return true;
  }

  bool key(std::string& text) override {
    if (level_ == Level::kTensor) {
      key_ = text;
      const unsigned bit = key_ == "dtype"          ? kHasType
                           : key_ == "shape"        ? kHasShape
                           : key_ == "data_offsets" ? kHasOffsets
                                                    : 0;
      if (bit == 0 || (seen_ & bit) != 0) malformed();
      seen_ |= bit;
    } else if (level_ == Level::kMetadata) {
      key_ = text;
    } else {
      name_ = text;
      if (header_.tensors.count(name_) != 0 || (name_ == "__metadata__" && had_metadata_)) {
        refuse("tensor \"{}\" is named twice", shown(name_));
      }
      had_metadata_ = had_metadata_ || name_ == "__metadata__";
      if (header_.tensors.size() >= kMostTensors) {
        refuse("it has more than {} tensors", kMostTensors);
      }
    }
    return true;
  }

  bool start_array(std::size_t) override {
    const bool list = level_ == Level::kTensor && (key_ == "shape" || key_ == "data_offsets");
    if (!list) malformed();
    level_ = Level::kList;
    list_.clear();
    return true;
  }

  bool end_array() override {
    level_ = Level::kTensor;
    if (key_ == "shape") {
      keep_shape();
    } else {
      if (list_.size() != 2) malformed();
      tensor_.begin = list_[0];
      tensor_.end = list_[1];
    }
    return true;
  }

  bool number_unsigned(std::uint64_t value) override {
    if (level_ != Level::kList) malformed();
    if (list_.size() >= kMostDimensions) {
      refuse("tensor \"{}\" has more than {} dimensions", shown(name_), kMostDimensions);
    }
    list_.push_back(value);
    return true;
  }

  bool string(std::string& text) override {
    if (level_ == Level::kMetadata) {
      header_.metadata[key_] = text;
      return true;
    }
    if (level_ != Level::kTensor || key_ != "dtype") malformed();
    const auto type = dtype_of_name(text);
    if (!type) {
      refuse("tensor \"{}\" has the unknown type \"{}\"", shown(name_), shown(text));
    }
    tensor_.dtype = *type;
    return true;
  }

  bool null() override { return other(); }
  bool boolean(bool) override { return other(); }
  bool number_integer(std::int64_t) override { return other(); }
  bool number_float(double, const std::string&) override { return other(); }
  bool binary(nlohmann::json::binary_t&) override { return other(); }
  bool parse_error(std::size_t place, const std::string&,
                   const nlohmann::json::exception&) override {
    refuse("its header is not JSON from byte {} on", place);
  }

 private:
  enum class Level { kOutside, kNames, kMetadata, kTensor, kList };
  static constexpr unsigned kHasType = 1, kHasShape = 2, kHasOffsets = 4;

  template <typename... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) const {
    refuse_safetensors(path_, fmt::format(format, std::forward<Args>(args)...));
  }

  bool other() { malformed(); }

  [[noreturn]] void malformed() const {
    if (level_ == Level::kOutside) refuse("its header is not a JSON object");
    if (name_ == "__metadata__") {
      refuse("__metadata__ is not an object of strings alone");
    }
    if (level_ == Level::kList) {
      refuse("tensor \"{}\" has a size or an offset that is no whole number", shown(name_));
    }
    refuse("the entry of tensor \"{}\" is malformed", shown(name_));
  }

  // Sizes of zero do not excuse the others: strides are their products.
  void keep_shape() {
    std::uint64_t product = 8;  // the largest type
    for (const std::uint64_t n : list_) {
      if (n != 0 && product > std::uint64_t{std::numeric_limits<std::int64_t>::max()} / n) {
        refuse("tensor \"{}\" has impossible sizes", shown(name_));
      }
      product *= std::max<std::uint64_t>(n, 1);
      tensor_.shape.push_back(static_cast<std::int64_t>(n));
    }
  }

  void keep_tensor() {
    if (seen_ != (kHasType | kHasShape | kHasOffsets)) malformed();
    header_.tensors.emplace(name_, std::move(tensor_));
  }

  const std::filesystem::path& path_;
  SafetensorsHeader header_;
  Level level_ = Level::kOutside;
  std::string name_;
  std::string key_;
  StoredTensor tensor_;
  unsigned seen_ = 0;
  std::vector<std::uint64_t> list_;
  bool had_metadata_ = false;
};

std::uint64_t bytes_of(const StoredTensor& tensor) {
  std::uint64_t bytes = dtype_size(tensor.dtype);
  for (const std::int64_t n : tensor.shape) bytes *= static_cast<std::uint64_t>(n);
  return bytes;
}

}  // namespace

void refuse_safetensors(const std::filesystem::path& path, const std::string& what) {
  throw Error(ErrorCode::kCorrupt,
              fmt::format("\"{}\" is not a sound safetensors file: {}; get the file again or "
                          "convert it to safetensors",
                          path.string(), what),
              path.string());
}

SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data_size,
                                           const std::filesystem::path& path) {
  HeaderReader reader(path);
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  SafetensorsHeader header = reader.take();

  std::vector<std::pair<std::uint64_t, std::uint64_t>> extents;
  for (const auto& [name, tensor] : header.tensors) {
    const std::uint64_t needed = bytes_of(tensor);
    if (tensor.begin > tensor.end || tensor.end > data_size ||
        tensor.end - tensor.begin != needed) {
      refuse_safetensors(
          path, fmt::format("tensor \"{}\" needs {} bytes but claims {} to {} of {}", shown(name),
                            needed, tensor.begin, tensor.end, data_size));
    }
    if (needed > 0) extents.emplace_back(tensor.begin, tensor.end);
  }
  std::sort(extents.begin(), extents.end());
  std::uint64_t reached = 0;
  for (const auto& [begin, end] : extents) {
    if (begin != reached) refuse_safetensors(path, "its tensors overlap or leave a gap");
    reached = end;
  }
  if (reached != data_size) refuse_safetensors(path, "bytes after its last tensor");
  return header;
}

}  // namespace portrait
