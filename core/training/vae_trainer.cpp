// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/vae_trainer.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/nn/model_pack.h"
#include "core/training/install_weights.h"
#include "core/training/picture_crops.h"
#include "core/training/portrait_cache.h"
#include "core/training/view_cache.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace portrait {
namespace fs = std::filesystem;
namespace {

Tensor bytes_of(const Image& image) {
  const Tensor hwc = at::from_blob(const_cast<float*>(image.pixels.data()),
                                   {image.height, image.width, image.channels});
  return hwc.mul(255).round().clamp(0, 255).to(at::kByte).permute({2, 0, 1}).contiguous();
}

Tensor normal_noise(const RandomKey& key, at::IntArrayRef shape) {
  const Tensor noise = at::empty(shape);
  RandomStream(key).fill_normal({noise.data_ptr<float>(), std::size_t(noise.numel())});
  return noise;
}

// Where pixels of a matte are not empty, widened to `side` both ways within the picture.
std::array<std::int64_t, 4> subject_box(const Image& matte, int side) {
  const Tensor covered =
      at::from_blob(const_cast<float*>(matte.pixels.data()), {matte.height, matte.width}) > 0.02;
  const auto range = [&](std::int64_t over, std::int64_t size) -> std::array<std::int64_t, 2> {
    const Tensor places = at::nonzero(covered.any(over)).flatten();
    std::int64_t begin = 0, end = size;
    if (places.numel() > 0) {
      begin = places[0].item<std::int64_t>();
      end = places[-1].item<std::int64_t>() + 1;
    }
    begin = std::clamp<std::int64_t>(std::min(begin, (begin + end - side) / 2), 0, size - side);
    return {begin, std::clamp(end, begin + side, size)};
  };
  const auto [top, bottom] = range(1, matte.height);
  const auto [left, right] = range(0, matte.width);
  return {top, bottom, left, right};
}

class VaeTask : public TrainingTask {
 public:
  explicit VaeTask(const VaeTrainingOptions& options)
      : options_(options),
        photos_(load_portrait_photos(options.cache, false)),
        views_(options.views.empty() ? std::vector<Tensor>()
                                     : load_view_pictures(options.views, options.crop)),
        held_out_(load_portrait_photos(options.cache, true)),
        parameters_(start()),
        vae_(parameters_, options_.vae) {
    check(!photos_.empty(), ErrorCode::kNotFound,
          "There are no portraits in \"{}\"; fill it with `portrait synth --portraits` first",
          options_.cache.string());
    check(options_.views.empty() || !views_.empty(), ErrorCode::kNotFound,
          "There are no views in \"{}\"; fill it with `portrait synth --views` first",
          options_.views.string());
    if (held_out_.empty()) held_out_ = photos_;
    held_out_.resize(std::min(held_out_.size(), std::size_t(std::max(options_.scored, 1))));
  }

  std::vector<Adam::Group> parameters() override {
    Adam::Group trained;
    for (const auto& [name, tensor] : parameters_.named()) {
      if (!is_fixed(name)) trained.parameters.emplace_back(name, tensor);
    }
    return {trained};
  }
  TensorMap constants() override {
    TensorMap fixed;
    for (const auto& [name, tensor] : parameters_.named()) {
      if (is_fixed(name)) fixed[name] = tensor;
    }
    return fixed;
  }
  std::int64_t samples_before() const override { return samples_before_; }

  Tensor loss(TrainingStep& step) override {
    const int batch = options_.run.batch;
    const int of_views = views_.empty() ? 0 : batch / 2;
    Tensor crops = draw_crops(photos_, {.side = options_.crop, .count = batch - of_views},
                              step.key("vae crops"));
    if (of_views > 0) {
      const Tensor more = draw_crops(views_, {.side = options_.crop, .count = of_views},
                                     step.key("vae crops of views"));
      crops = at::cat({crops, more});
    }
    const std::int64_t cells = options_.crop / options_.vae.reduction();
    const Tensor noise =
        normal_noise(step.key("vae noise"), {batch, options_.vae.latent_channels, cells, cells});
    const VaeLosses losses = vae_losses(vae_, crops.to(options_.run.device),
                                        noise.to(options_.run.device), options_.weights);
    step.note("reconstruction", losses.reconstruction);
    step.note("divergence", losses.divergence);
    if (losses.texture.defined()) step.note("texture", losses.texture);
    return losses.total;
  }

  TrainingValues validate(const TensorMap& averaged) override {
    const VaeScore values = score(averaged);
    return {{"psnr_db", values.psnr_db}, {"latent_deviation", values.latent_deviation}};
  }

  void save_weights(const TensorMap& averaged, std::int64_t samples_seen) override {
    const at::NoGradGuard no_grad;
    AutoencoderConfig config = options_.vae;
    if (!options_.decoder_only) {
      config.scaling_factor = 1 / std::max(score(averaged).latent_deviation, 1e-6);
    }
    write_weights(options_.run.out, "vae", averaged, to_json(config), samples_seen,
                  "Pieces of synthetic portraits of core/synth.");
  }

 private:
  bool is_fixed(const std::string& name) const {
    return options_.decoder_only && AutoencoderKL::makes_latents(name);
  }

  Parameters start() {
    check(!options_.decoder_only || options_.run.resume || !options_.run.from.empty(),
          ErrorCode::kBadUsage,
          "A decoder alone is trained on the latents of a pack's encoder: name the pack with --from");
    if (options_.decoder_only && options_.run.resume) {
      options_.vae = autoencoder_config(weights_config(options_.run.out, "vae"));
    }
    if (options_.run.from.empty()) {
      Parameters fresh = Parameters::random(options_.run.seed);
      AutoencoderKL(fresh, options_.vae);
      TensorMap tensors;
      for (const auto& [name, tensor] : fresh.named()) {
        tensors[name] = tensor.to(options_.run.device);
      }
      return Parameters::bound(tensors);
    }
    const ModelPack pack = ModelPack::open(options_.run.from);
    const PackNetwork& network = pack.network("vae");
    samples_before_ = network.samples_seen;
    options_.vae = autoencoder_config(network.config);
    return Parameters::bound(load_tensors(*network.weights, at::kFloat, options_.run.device));
  }

  // A report and the saving of the same weights ask one after the other.
  VaeScore score(const TensorMap& averaged) {
    std::int64_t version = 0;  // counts all that was written to the averages
    for (const auto& [name, tensor] : averaged) version += std::int64_t(tensor._version());
    if (!scored_ || version != scored_version_) {
      Parameters bound = Parameters::bound(averaged);
      scored_ = score_vae(AutoencoderKL(bound, options_.vae), held_out_, options_.run.device);
      scored_version_ = version;
    }
    return *scored_;
  }

  VaeTrainingOptions options_;
  std::vector<Tensor> photos_;
  std::vector<Tensor> views_;
  std::vector<Tensor> held_out_;
  std::int64_t samples_before_ = 0;
  Parameters parameters_;
  AutoencoderKL vae_;
  std::optional<VaeScore> scored_;
  std::int64_t scored_version_ = 0;
};

}  // namespace

std::vector<Tensor> load_portrait_photos(const fs::path& cache, bool held_out) {
  const std::vector<fs::path> files = list_portrait_cache(cache, held_out);
  std::vector<std::vector<Tensor>> of_file(files.size());
  parallel_for(std::int64_t(files.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t f = begin; f < end; ++f) {
      const fs::path& file = files[std::size_t(f)];
      for (int i = 0; i < portraits_in(file); ++i) {
        of_file[std::size_t(f)].push_back(bytes_of(read_portrait_photo(file, i)));
      }
    }
  });
  std::vector<Tensor> photos;
  for (auto& some : of_file) photos.insert(photos.end(), some.begin(), some.end());
  return photos;
}

std::vector<Tensor> load_view_pictures(const fs::path& cache, int side) {
  check(side <= ViewCacheFormat::kPx, ErrorCode::kBadUsage,
        "Pieces of {} pixels are larger than the views, {} pixels", side, ViewCacheFormat::kPx);
  const std::vector<fs::path> files = list_view_cache(cache, false);
  std::vector<std::vector<Tensor>> of_file(files.size());
  parallel_for(std::int64_t(files.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t f = begin; f < end; ++f) {
      const ViewCacheFile file(files[std::size_t(f)]);
      for (int view = 0; view < file.views(); ++view) {
        const CachedPicture picture = file.picture(view);
        const auto [top, bottom, left, right] = subject_box(picture.matte, side);
        of_file[std::size_t(f)].push_back(bytes_of(picture.rgb)
                                              .slice(1, top, bottom)
                                              .slice(2, left, right)
                                              .contiguous());
      }
    }
  });
  std::vector<Tensor> pictures;
  for (auto& some : of_file) pictures.insert(pictures.end(), some.begin(), some.end());
  return pictures;
}

VaeScore score_vae(const AutoencoderKL& vae, const std::vector<Tensor>& pictures,
                   at::Device device) {
  const at::NoGradGuard no_grad;
  check(!pictures.empty(), ErrorCode::kInternal, "There are no pictures to score a VAE on");
  VaeScore score;
  double sum = 0, squares = 0, count = 0;
  for (const Tensor& picture : pictures) {
    const Tensor truth = picture.unsqueeze(0).to(device).to(at::kFloat) * (2.0 / 255) - 1;
    const Tensor mean = vae.encode(truth).mean;
    const Tensor error = (vae.decode(mean).clamp(-1, 1) - truth) / 2;
    score.psnr_db += -10 * std::log10(std::max(error.square().mean().item<double>(), 1e-10));
    sum += mean.sum().item<double>();
    squares += mean.square().sum().item<double>();
    count += double(mean.numel());
  }
  score.psnr_db /= double(pictures.size());
  const double average = sum / count;
  score.latent_deviation = std::sqrt(std::max(squares / count - average * average, 0.0));
  return score;
}

void train_vae(const VaeTrainingOptions& options,
               const std::function<void(const TrainingReport&)>& progress, std::stop_token stop) {
  VaeTask task(options);
  run_training(task, options.run, {.warm_up_steps = 200}, progress, stop);
}

}  // namespace portrait
