// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/script_prior.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/trusted_code.h"
#include "core/prior/placement.h"
#include "core/prior/portrait4d/photo_crop.h"
#include "core/prior/portrait4d/portrait4d_prior.h"
#include "core/prior/portrait4d/weights.h"

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <torch/csrc/jit/serialization/import.h>

#include <mutex>
#include <utility>

namespace portrait {
namespace {

struct ScriptConfig {
  std::string script;
  std::string sha256;
  int image = 512;
  bool as_portrait4d = false;
  bool decoder_gain = false;
};

template <typename T>
T read(const nlohmann::json& json, const char* key, const T& fallback) {
  if (!json.contains(key)) return fallback;
  try {
    return json[key].get<T>();
  } catch (const nlohmann::json::exception&) {
    fail(ErrorCode::kCorrupt, "The TorchScript prior's configuration has no sound \"{}\": {}", key,
         json[key].dump());
  }
}

ScriptConfig script_config(const nlohmann::json& json) {
  ScriptConfig c;
  c.script = read<std::string>(json, "script", {});
  c.sha256 = read<std::string>(json, "script_sha256", {});
  c.image = read(json, "image", c.image);
  const auto align = read<std::string>(json, "align", "canonical");
  c.as_portrait4d = align == "portrait4d";
  c.decoder_gain = read(json, "decoder_gain", c.decoder_gain);
  const std::filesystem::path file = c.script;
  check(!c.script.empty() && !file.has_parent_path() && !c.sha256.empty(), ErrorCode::kCorrupt,
        "A TorchScript prior's configuration names a file of the pack's folder as \"script\" and "
        "its hash as \"script_sha256\"; these say \"{}\" and \"{}\"",
        c.script, c.sha256);
  check(c.image > 0 && (c.as_portrait4d || align == "canonical"), ErrorCode::kCorrupt,
        "The TorchScript prior's \"image\" is {}, its \"align\" \"{}\"; sizes are above zero, and "
        "photos aligned as canonical or portrait4d",
        c.image, align);
  return c;
}

torch::jit::Module trusted_script(const std::filesystem::path& path, const std::string& sha256,
                                  at::Device device) {
  std::error_code ignored;
  check(std::filesystem::is_regular_file(path, ignored), ErrorCode::kNotFound,
        "The prior's TorchScript file \"{}\" is not there; copy the whole pack again",
        path.string());
  const std::string found = sha256_file(path);
  check(found == sha256, ErrorCode::kCorrupt,
        "\"{}\" has the SHA-256 {} where the pack promises {}; the file was changed or cut short, "
        "so copy the whole pack again",
        path.string(), found, sha256);
  check(code_is_trusted(found), ErrorCode::kBadInput,
        "\"{}\" is TorchScript, which runs code on this computer. If you trust whoever made it, "
        "write its hash {} on a line of \"{}\", or say --trust-code on the command line",
        path.string(), found, trusted_code_file().string());
  try {
    torch::jit::Module script = torch::jit::load(path.string(), device);
    script.eval();
    return script;
  } catch (const std::exception& error) {
    fail(ErrorCode::kCorrupt, "\"{}\" is not TorchScript that this LibTorch reads: {}",
         path.string(), error.what());
  }
}

PriorFrame frame_of(const PackFrame& pack) {
  PriorFrame frame;
  frame.half_extent = pack.box_warp / 2;
  frame.planes = plane_axes_of(pack.plane_axes);
  frame.flips = pack.axis_flips;
  return frame;
}

class ScriptPrior : public HeadPrior {
 public:
  ScriptPrior(torch::jit::Module script, ScriptConfig config, const PriorFrame& frame,
              DecoderAndSr parts, at::Device device)
      : script_(std::move(script)),
        config_(std::move(config)),
        frame_(frame),
        parts_(std::move(parts)),
        device_(device) {}

  Field infer(const PriorInput& input) const override {
    const Tensor planes = planes_of(photo_of(input).mul(2).sub(1).unsqueeze(0).to(device_));
    return placed_head(planes, parts_.decoder, parts_.sr, frame_);
  }

 private:
  Tensor photo_of(const PriorInput& input) const {
    if (config_.as_portrait4d) return portrait4d_photo(input, config_.image);
    return at::_upsample_bilinear2d_aa(input.crop.unsqueeze(0), {config_.image, config_.image},
                                       false)
        .squeeze(0);
  }

  Tensor planes_of(const Tensor& photo) const {
    c10::IValue result;
    try {
      // A module's forward() is not const, and its buffers need not be.
      const std::lock_guard lock(mutex_);
      result = script_.forward({photo});
    } catch (const std::exception& error) {
      fail(ErrorCode::kCorrupt, "The prior \"{}\" failed on a photo of {} x {}: {}", config_.script,
           config_.image, config_.image, error.what());
    }
    check(result.isTensor(), ErrorCode::kCorrupt,
          "The prior \"{}\" returned {} where a tensor of planes was expected", config_.script,
          result.tagKind());
    const Tensor planes = result.toTensor().detach().to(at::kFloat);
    const auto sizes = planes.sizes();
    const bool flat = planes.dim() == 4 && sizes[0] == 1 && sizes[1] == 3 * kFieldChannels;
    const bool apart =
        planes.dim() == 5 && sizes[0] == 1 && sizes[1] == 3 && sizes[2] == kFieldChannels;
    check((flat || apart) && sizes[planes.dim() - 1] == sizes[planes.dim() - 2] &&
              planes.isfinite().all().item<bool>(),
          ErrorCode::kCorrupt,
          "The prior \"{}\" returned [{}] where finite planes [1,96,R,R] or [1,3,32,R,R] were "
          "expected",
          config_.script, fmt::join(sizes.vec(), ","));
    return planes.reshape({3, kFieldChannels, planes.size(-1), planes.size(-1)});
  }

  mutable std::mutex mutex_;
  mutable torch::jit::Module script_;
  ScriptConfig config_;
  PriorFrame frame_;
  DecoderAndSr parts_;
  at::Device device_;
};

// By the names in the file.
DecoderAndSr decoder_and_sr(const PackNetwork& network, bool gain, at::Device device) {
  const SafetensorsFile& file = *network.weights;
  if (file.contains("decoder.out_sigma.weight")) {
    return portrait4d_decoder_and_sr(portrait4d_tensors(file, device), network.config);
  }
  const TensorMap tensors = load_tensors(file, at::kFloat, device);
  DecoderAndSr parts{Decoder::load(tensors, "decoder.", gain), {}};
  const auto first = tensors.lower_bound("superresolution.");
  if (first != tensors.end() && first->first.rfind("superresolution.", 0) == 0) {
    parts.sr = SuperResolution::load(tensors);
  }
  return parts;
}

}  // namespace

std::array<PlaneAxes, 3> plane_axes_of(const std::string& text) {
  const auto refuse = [&] {
    fail(ErrorCode::kCorrupt,
         "The pack's plane axes are \"{}\"; expected three pairs such as \"xy,yz,zx\"", text);
  };
  std::array<PlaneAxes, 3> planes{};
  if (text.size() != 8 || text[2] != ',' || text[5] != ',') refuse();
  for (std::size_t p = 0; p < planes.size(); ++p) {
    const int width = text[3 * p] - 'x';
    const int height = text[3 * p + 1] - 'x';
    if (width < 0 || width > 2 || height < 0 || height > 2 || width == height) refuse();
    planes[p] = {width, height};
  }
  return planes;
}

std::unique_ptr<HeadPrior> load_script_prior(const ModelPack& pack, const PackNetwork& network,
                                             at::Device device) {
  ScriptConfig config = script_config(network.config);
  torch::jit::Module script = trusted_script(pack.folder() / config.script, config.sha256, device);
  const PriorFrame frame = told_frame(
      config.as_portrait4d ? portrait4d_frame() : frame_of(pack.frame()), network.config);
  return std::make_unique<ScriptPrior>(std::move(script), config, frame,
                                       decoder_and_sr(network, config.decoder_gain, device),
                                       device);
}

}  // namespace portrait
