// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/conv2d.h"
#include "core/nn/torch_safetensors.h"
#include "core/nn/torch.h"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace portrait {

struct PlaneEncoderConfig {
  int depth_slices = 2;       // D of the tri-grid
  int plane_resolution = 128;
  int plane_channels = 32;    // per plane and slice
  int token_width = 256;
  int token_layers = 4;
  int token_heads = 8;
  // Channels of white noise that a generator's last layer but one is told beside all else, the same
  // for every photo: hair and cloth need something to begin with, of what is smooth a network that
  // is asked for texture makes rings (StyleGAN's noise inputs, Karras et al. 2019, but held fixed).
  int grain_channels = 0;
};
nlohmann::json to_json(const PlaneEncoderConfig& config);
PlaneEncoderConfig plane_encoder_config(const nlohmann::json& json);

// An encoder's tensors from before it saw rim_colours.h, or with less grain than `config` has, with
// those inputs at weight zero: what it makes of a photo stays the same. Others come back as they
// are.
TensorMap with_all_inputs(TensorMap tensors, const PlaneEncoderConfig& config);

// G_enc of equation (3): one photo in, one tri-plane (tri-grid) out.
//
// A small convolutional encoder turns the photo into 8 x 8 tokens; a transformer lets them and
// the 8 x 8 tokens of each plane see one another; a convolutional generator per plane and depth
// slice brings the plane's tokens up to 128 x 128, with the photo lifted onto that slice alone
// (photo_lift.h) joined in at 32, 64 and 128: what is painted on one side of the head must not show
// through on the other; what the photo does not show gets the colours of its rim (rim_colours.h).
// The result is added to a learned mean tri-plane.
class PlaneEncoder {
 public:
  PlaneEncoder(Parameters& parameters, const PlaneEncoderConfig& config);

  //   photo:   [B, 3, 256, 256] f32 RGB in [0, 1], background at 0.5
  //   matte:   [B, 1, 256, 256] in [0, 1]
  //   cameras: [B, 16], the photo's cameras (camera_tensor)
  // Returns planes [B, 3, D, C, 128, 128].
  Tensor operator()(const Tensor& photo, const Tensor& matte, const Tensor& cameras) const;

  // Where the mean head's surface stands over each plane: a constant, [3, D, R, R] world units.
  Tensor surface;
  const PlaneEncoderConfig& config() const { return config_; }

  // Arithmetic of the convolutions: fp32, or bf16 while training on a processor that has it (the
  // planes come out in fp32 either way).
  at::ScalarType compute_type = at::kFloat;

  static constexpr int kPhotoSize = 256;

 private:
  struct Residual {
    GroupNorm norm;
    Conv2d first;
    Conv2d second;
  };
  struct Attention {
    LayerNorm norm1;
    Linear qkv;
    Linear out;
    LayerNorm norm2;
    Linear expand;
    Linear contract;
  };
  struct SliceGenerator {
    Conv2d up32, join32, up64, join64, up128, out;
    Tensor grain;  // [1,grain_channels,R,R], a constant
  };
  struct Generator {
    Conv2d up16;
    std::vector<SliceGenerator> slices;
  };

  Tensor photo_tokens(const Tensor& photo, const Tensor& matte) const;
  Tensor transform(Tensor tokens) const;
  Tensor generate(const Generator& generator, const Tensor& tokens, const Tensor& lifted) const;

  PlaneEncoderConfig config_;
  std::vector<Conv2d> downs_;
  std::vector<Residual> residuals_;
  Linear camera_token_;
  Tensor photo_places_;
  Tensor plane_tokens_;
  std::vector<Attention> layers_;
  std::vector<Generator> generators_;
  Tensor mean_planes_;
};

}  // namespace portrait
