// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/run_network.h"

#include "app/cli/network_inputs.h"
#include "app/cli/run_hpdm.h"
#include "app/cli/run_perception.h"
#include "core/base/error.h"
#include "core/clip/clip_text_encoder.h"
#include "core/clip/clip_vision_encoder.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/control_branch.h"
#include "core/diffusion/hpdm.h"
#include "core/diffusion/unet_2d_condition.h"
#include "core/nn/model_pack.h"
#include "core/nn/torch_safetensors.h"
#include "core/perception/face_identity.h"
#include "core/perception/iresnet.h"
#include "core/perception/lpips.h"
#include "core/perception/perceptual_distance.h"
#include "core/photo/landmark_net.h"
#include "core/photo/matte_net.h"
#include "core/prior/gan_prior.h"
#include "core/prior/photo_lift.h"

#include <functional>
#include <vector>

namespace portrait::cli {
namespace {

struct Runner {
  const char* id;
  const char* help;
  std::function<void(const ModelPack&)> verify;
  std::function<TensorMap(const ModelPack&, const TensorMap&)> run;
};

TensorMap run_prior(const ModelPack& pack, const TensorMap& inputs) {
  const Tensor& photo = input(inputs, "photo", {3, -1, -1});
  const Tensor& matte = input(inputs, "matte", {1, photo.size(1), photo.size(2)});
  const Tensor& camera = input(inputs, "camera", {16});
  PriorInput given{photo, matte, camera_of_tensor(camera), {}};
  if (inputs.count("landmarks") != 0) {
    const Tensor points = input(inputs, "landmarks", {68, 2}).to(at::kDouble);
    for (std::int64_t i = 0; i < points.size(0); ++i) {
      given.landmarks.emplace_back(points[i][0].item<double>(), points[i][1].item<double>());
    }
  }
  const Field field = GanPrior::load(pack).infer(given);
  TensorMap outputs;
  field.save_to(outputs);
  return outputs;
}

TensorMap run_landmarks(const ModelPack& pack, const TensorMap& inputs) {
  const int size = LandmarkNet::kCropSize;
  const at::NoGradGuard no_grad;
  const auto result = load_landmark_net(pack)->forward(input(inputs, "crops", {-1, 3, size, size}));
  return {{"points", result.points},
          {"log_scale", result.log_scale},
          {"face_logit", result.face_logit}};
}

// A picture, latents, or both; "dec" is of the latents that are given, else of those encoded.
TensorMap run_vae(const ModelPack& pack, const TensorMap& inputs) {
  const at::NoGradGuard no_grad;
  const auto vae = load_vae(pack);
  const std::int64_t cell = vae->config().reduction();
  TensorMap outputs;
  if (inputs.count("img") != 0) {
    const Tensor& picture = input(inputs, "img", {-1, vae->config().in_channels, -1, -1});
    check(picture.size(2) % cell == 0 && picture.size(3) % cell == 0, ErrorCode::kBadInput,
          "The input \"img\" is {} x {} pixels; multiples of {} are expected", picture.size(3),
          picture.size(2), cell);
    const Posterior posterior = vae->encode(picture);
    outputs["mean"] = posterior.mean;
    outputs["logvar"] = posterior.logvar;
  }
  const bool given = inputs.count("mean") != 0 || outputs.empty();
  const Tensor& latents = input(given ? inputs : outputs, "mean",
                                {-1, vae->config().latent_channels, -1, -1});
  outputs["dec"] = vae->decode(latents);
  return outputs;
}

// With a control branch's outputs among the inputs, all of them are added.
TensorMap run_unet(const ModelPack& pack, const TensorMap& inputs) {
  const at::NoGradGuard no_grad;
  const auto unet = load_unet(pack);
  const UNetConfig& config = unet->config();
  const Tensor& x = input_latents(inputs, config.in_channels, config.sizes);
  const Tensor& t = input(inputs, "t", {x.size(0)}, InputKind::kAny);
  const Tensor& context =
      input(inputs, "ehs", {x.size(0), -1, config.attention.cross_attention_dim});
  const std::vector<FeatureSite> sites = feature_sites(config.sizes);
  std::vector<Tensor> added;
  if (inputs.count(sites.front().name()) != 0) {
    for (const FeatureSite& site : sites) {
      added.push_back(input(inputs, site.name().c_str(),
                            {x.size(0), site.channels, x.size(2) / site.reduction,
                             x.size(3) / site.reduction}));
    }
  }
  return {{"y", (*unet)(x, t, context, added)}};
}

TensorMap run_brushnet(const ModelPack& pack, const TensorMap& inputs) {
  const at::NoGradGuard no_grad;
  const auto branch = load_brushnet(pack);
  const ControlConfig& config = branch->config();
  const Tensor& x = input_latents(inputs, config.in_channels, config.sizes);
  const Tensor& t = input(inputs, "t", {x.size(0)}, InputKind::kAny);
  const Tensor& conditioning =
      input(inputs, "cond", {x.size(0), config.conditioning_channels, x.size(2), x.size(3)});
  const double scale =
      inputs.count("scale") != 0 ? input(inputs, "scale", {1}).item<double>() : 1;
  const std::vector<Tensor> features =
      branch->outputs(branch->features(x, conditioning, t), scale);
  const std::vector<FeatureSite> sites = feature_sites(config.sizes);
  TensorMap outputs;
  for (std::size_t i = 0; i < sites.size(); ++i) outputs[sites[i].name()] = features[i];
  return outputs;
}

TensorMap run_matting(const ModelPack& pack, const TensorMap& inputs) {
  const int size = MatteNet::kSize;
  const at::NoGradGuard no_grad;
  const Tensor& crops = input(inputs, "crops", {-1, MatteNet::kChannels, size, size});
  return {{"alpha", at::sigmoid(load_matte_net(pack)->forward(crops))}};
}

TensorMap run_id(const ModelPack& pack, const TensorMap& inputs) {
  const int size = FaceIdentity::kSize;
  const at::NoGradGuard no_grad;
  return {
      {"embeddings", FaceIdentity::load(pack)->embed(input(inputs, "crops", {-1, 3, size, size}))}};
}

TensorMap run_perceptual(const ModelPack& pack, const TensorMap& inputs) {
  const at::NoGradGuard no_grad;
  const Tensor& a = input(inputs, "a", {-1, 3, -1, -1});
  check(a.size(2) >= FaceTrunk::kLeastSide && a.size(3) >= FaceTrunk::kLeastSide,
        ErrorCode::kBadInput, "The pictures are {} x {} pixels; at least {} x {} are expected",
        a.size(3), a.size(2), FaceTrunk::kLeastSide, FaceTrunk::kLeastSide);
  const Tensor& b = input(inputs, "b", {a.size(0), 3, a.size(2), a.size(3)});
  return {{"distance", (*PerceptualDistance::load(pack))(a, b)}};
}

const std::vector<Runner>& runners() {
  static const std::vector<Runner> all = {
      {"prior",
       "prior: photo [3,S,S] (0 to 1, background 0.5), matte [1,S,S], camera [16] (camera from "
       "world 3 x 4 by rows, fx, fy, cx, cy), landmarks [68,2] (pixels; if absent, those of the "
       "mean "
       "head) -> planes [3,D,32,R,R], decoder.*, superresolution.*",
       [](const ModelPack& pack) { GanPrior::load(pack); }, run_prior},
      {"landmarks",
       "landmarks: crops [B,3,128,128] (0 to 1) -> points [B,68,2], log_scale [B,68], "
       "face_logit [B]",
       [](const ModelPack& pack) { load_landmark_net(pack); }, run_landmarks},
      {"vae",
       "vae: img [B,3,H,W] (-1 to 1, sides multiples of the reduction) -> mean, logvar [B,L,h,w]; "
       "mean, given or just encoded -> dec [B,3,H,W]",
       [](const ModelPack& pack) { load_vae(pack); }, run_vae},
      {"unet",
       "unet: x [B,C,h,w], t [B], ehs [B,M,D], and all of down0 ..., mid, up0 ... of a control "
       "branch or none -> y [B,C,h,w]",
       [](const ModelPack& pack) { load_unet(pack); }, run_unet},
      {"brushnet",
       "brushnet: x [B,C,h,w], cond [B,C+1,h,w] (latents of the known part, then 1 where known), "
       "t [B], scale [1] (1 if absent) -> down0 ..., mid, up0 ...",
       [](const ModelPack& pack) { load_brushnet(pack); }, run_brushnet},
      {"hpdm", kHpdmHelp, [](const ModelPack& pack) { load_hpdm(pack); }, run_hpdm},
      {"matting",
       "matting: crops [B,5,256,256] (0 to 1: red, green, blue, 1 inside the photo, head-and-"
       "shoulders shape) -> alpha [B,1,256,256]",
       [](const ModelPack& pack) { load_matte_net(pack); }, run_matting},
      {"text_encoder", kTextEncoderHelp, [](const ModelPack& pack) { load_text_encoder(pack); },
       run_text_encoder},
      {"clip_vision", kClipVisionHelp, [](const ModelPack& pack) { load_clip_vision(pack); },
       run_clip_vision},
      {"lpips", kLpipsHelp, [](const ModelPack& pack) { load_lpips(pack); }, run_lpips},
      {"arcface", kArcfaceHelp, [](const ModelPack& pack) { load_arcface(pack); }, run_arcface},
      {"id_compact",
       "id_compact: crops [B,3,112,112] (0 to 1, eyes, nose and mouth at ArcFace's places) -> "
       "embeddings [B,E] of length 1",
       [](const ModelPack& pack) { FaceIdentity::load(pack); }, run_id},
      {"perceptual_compact", "perceptual_compact: a, b [B,3,H,W] (0 to 1) -> distance [B]",
       [](const ModelPack& pack) { PerceptualDistance::load(pack); }, run_perceptual},
  };
  return all;
}

const Runner* find_runner(const std::string& id) {
  for (const Runner& runner : runners()) {
    if (id == runner.id) return &runner;
  }
  return nullptr;
}

}  // namespace

std::string network_help() {
  std::string help;
  for (const Runner& runner : runners())
    help += (help.empty() ? "" : "; ") + std::string(runner.help);
  return help;
}

bool verify_network(const ModelPack& pack, const std::string& id) {
  const Runner* runner = find_runner(id);
  if (runner != nullptr) runner->verify(pack);
  return runner != nullptr;
}

void run_network(const ModelPack& pack, const std::string& id, const std::filesystem::path& in,
                 const std::filesystem::path& out) {
  const Runner* runner = find_runner(id);
  std::string known;
  for (const Runner& each : runners()) known += (known.empty() ? "" : ", ") + std::string(each.id);
  check(runner != nullptr, ErrorCode::kBadUsage,
        "There is no network \"{}\" to run; this version runs {}", id, known);
  const TensorMap inputs = load_tensors(SafetensorsFile(in));
  save_tensors(out, runner->run(pack, inputs), {{"network", id}, {"pack", pack.hash()}});
}

}  // namespace portrait::cli
