// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/pair_cache.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/camera/viewpoint_rig.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/conditioning.h"
#include "core/diffusion/hpdm_inputs.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/image_tensor.h"
#include "core/pipeline/view_render.h"
#include "core/prior/gan_prior.h"
#include "core/prior/photo_lift.h"
#include "core/training/cache_files.h"
#include "core/training/cached_camera.h"
#include "core/training/pair_file.h"
#include "core/training/view_cache.h"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr int kViews = ViewCacheFormat::kStandardViews;
constexpr int kDepthSide = 64;
constexpr std::int64_t kAtOnce = 4;  // pictures in the encoder

// As the depth of a head that is half finished: waves of some millimetres, grain, and holes.
DrivingView spoilt(const DrivingView& view, const RandomKey& key) {
  constexpr double kWave = 0.012, kGrain = 0.002;  // world units: 5 and 0.8 mm
  RandomStream random(key);
  const std::int64_t height = view.height(), width = view.width();
  const auto noise = [&](std::int64_t rows, std::int64_t columns) {
    Tensor drawn = at::empty({rows, columns});
    random.fill_normal({drawn.data_ptr<float>(), static_cast<std::size_t>(drawn.numel())});
    return drawn;
  };
  const Tensor waves =
      at::upsample_bicubic2d(noise(12, 12).unsqueeze(0).unsqueeze(0), {height, width}, false)
          .reshape({height, width});
  const double strength = random.uniform(0, 1.5);
  DrivingView other = view;
  other.depth = at::where(view.depth > 0,
                          view.depth + strength * (kWave * waves + kGrain * noise(height, width)),
                          view.depth);
  const Tensor holes =
      at::upsample_bilinear2d(noise(20, 20).unsqueeze(0).unsqueeze(0), {height, width}, false)
          .reshape({height, width});
  other.opacity = (holes < random.uniform(1.2, 3.0)).to(at::kFloat);
  return other;
}

// Edges that smear, as where depth is not known well enough to tell them.
SplatOptions smearing() {
  SplatOptions options;
  options.max_angle_deg = 88;
  options.max_step_px = 40;
  return options;
}

// A picture and what is behind each of its pixels.
struct Seen {
  Tensor picture;  // [3, 512, 512]
  DrivingView surface;
};

// One subject: the truth of its views, and the head that stage 1 makes of its photo.
class Subject {
 public:
  Subject(const ViewCacheFile& file, int number, const GanPrior& prior) {
    for (int v = 0; v < kViews; ++v) {
      read_truth(file, v);
      spoilt_.push_back(spoilt(truth_.back().surface,
                               {1, random_purpose("pair depth"), std::uint32_t(number),
                                std::uint32_t(v)}));
    }
    const CachedPicture photo = file.identity(0);
    const Camera camera = cached_camera(photo.camera);
    const Tensor crop = tensor_of_image(photo.rgb);
    const Field head = prior.infer(crop, tensor_of_image(photo.matte), camera);
    const OccupancyGrid occupancy = build_occupancy(head);
    ViewRenderOptions options;
    options.occupancy = &occupancy;
    for (const Seen& view : truth_) {
      renders_.push_back(render_view(head, view.surface.camera, options));
    }
    photo_ = {crop, render_view(head, camera, options).driving()};
  }

  const Seen& truth(int view) const { return truth_[std::size_t(view)]; }
  const Tensor& true_normals(int view) const { return true_normals_[std::size_t(view)]; }
  const ViewRender& render(int view) const { return renders_[std::size_t(view)]; }
  const Seen& photo() const { return photo_; }

  HpdmPictures pair(int view, PairKind kind) const {
    const int driver = standard_viewpoint_rig()[std::size_t(view)].driver;
    HpdmPictures pictures;
    pictures.target = truth(view).surface.camera;
    if (driver < 0) {
      pictures.driving = photo_.surface;
      pictures.image = photo_.picture;
      return pictures;
    }
    const ViewRender& head = render(driver);
    pictures.driving = kind == PairKind::kExact    ? truth(driver).surface
                       : kind == PairKind::kSpoilt ? spoilt_[std::size_t(driver)]
                                                   : head.driving();
    pictures.image = kind == PairKind::kRough ? head.rgb.clamp(0, 1) : truth(driver).picture;
    return pictures;
  }

 private:
  void read_truth(const ViewCacheFile& file, int v) {
    const CachedGeometry geometry = file.geometry(v);
    DrivingView surface;
    surface.camera = cached_camera(file.camera(v));
    surface.depth = tensor_of_image(geometry.depth).squeeze(0);
    truth_.push_back({tensor_of_image(file.rgb(v)), surface});
    true_normals_.push_back(
        at::upsample_bilinear2d(tensor_of_image(geometry.normals).unsqueeze(0),
                                {ViewCacheFormat::kPx, ViewCacheFormat::kPx}, false)
            .squeeze(0));
  }

  std::vector<Seen> truth_;
  std::vector<DrivingView> spoilt_;
  std::vector<Tensor> true_normals_;
  std::vector<ViewRender> renders_;
  Seen photo_;
};

class PairMaker {
 public:
  explicit PairMaker(const PairCacheOptions& options)
      : options_(options),
        pack_(ModelPack::open(options.pack)),
        vae_(load_vae(pack_)),
        prior_(GanPrior::load(pack_)) {}

  void make(const fs::path& path, bool held_out, bool large) const {
    const int number = cache_file_number(path);
    const fs::path out = options_.folder / cache_file_name(pair_file_stem(held_out), number);
    if (fs::exists(out)) {
      const SafetensorsFile made(out);
      check_pairs_of(made, provenance());
      if (!large || has_large_pairs(made)) return;
    }
    const at::NoGradGuard no_grad;
    const Subject subject(ViewCacheFile(path), number, prior_);
    std::map<std::string, Tensor> tensors;
    add_pictures(subject, 2, "small.", tensors);
    if (large) add_pictures(subject, 1, "large.", tensors);
    add_geometry(subject, tensors);
    save_pairs(out, tensors, provenance());
  }

 private:
  PairProvenance provenance() const {
    return {latent_space_of(pack_), pack_.network("prior").sha256};
  }

  // [3, 512, 512] each -> [N, L, s, s] of 512 / reduction pixels.
  Tensor encode(const std::vector<Tensor>& pictures, int reduction) const {
    Tensor all = at::stack(pictures);
    if (reduction > 1) all = at::avg_pool2d(all, {reduction, reduction});
    std::vector<Tensor> latents;
    for (const Tensor& some : all.split(kAtOnce)) latents.push_back(picture_latents(*vae_, some));
    return at::cat(latents);
  }

  void add_pictures(const Subject& subject, int reduction, const std::string& prefix,
                    std::map<std::string, Tensor>& tensors) const {
    std::vector<Tensor> truth, renders, true_normals, normals, projected, known;
    for (int v = 0; v < kViews; ++v) {
      truth.push_back(subject.truth(v).picture);
      renders.push_back(subject.render(v).rgb.clamp(0, 1));
      true_normals.push_back(subject.true_normals(v));
      normals.push_back(subject.render(v).normal_picture());
    }
    for (int kind = 0; kind < kPairKinds; ++kind) {
      for (int v = 0; v < kViews; ++v) {
        HpdmPictures pair = subject.pair(v, PairKind(kind));
        if (reduction > 1) {
          pair.image = at::avg_pool2d(pair.image.unsqueeze(0), {reduction, reduction}).squeeze(0);
        }
        HpdmInputOptions options;
        if (PairKind(kind) == PairKind::kSpoilt) options.splat = smearing();
        const ProjectedReference reference = project_reference(pair, options);
        projected.push_back(reference.image);
        known.push_back(reference.known);
      }
    }
    const std::int64_t cell = vae_->config().reduction();
    tensors[prefix + "truth"] = encode(truth, reduction);
    tensors[prefix + "render"] = encode(renders, reduction);
    tensors[prefix + "normals"] =
        at::stack({encode(true_normals, reduction), encode(normals, reduction)});
    tensors[prefix + "photo"] = encode({subject.photo().picture}, reduction)[0];
    const Tensor references = encode(projected, 1);
    const auto by_kind = [](const Tensor& all) {
      return all.reshape({kPairKinds, kViews, all.size(1), all.size(2), all.size(3)});
    };
    tensors[prefix + "projected"] = by_kind(references);
    tensors[prefix + "known"] = by_kind(at::avg_pool2d(at::stack(known), {cell, cell}));
  }

  static void add_geometry(const Subject& subject, std::map<std::string, Tensor>& tensors) {
    std::vector<Tensor> depths, cameras;
    for (const PairKind kind : {PairKind::kExact, PairKind::kSpoilt, PairKind::kField}) {
      for (int v = 0; v < kViews; ++v) {
        const DrivingView coarse =
            resample_view(subject.pair(v, kind).driving, kDepthSide, kDepthSide);
        depths.push_back(at::where(at::isfinite(coarse.depth), coarse.depth,
                                   at::zeros_like(coarse.depth)));
      }
    }
    for (int v = 0; v < kViews; ++v) cameras.push_back(camera_tensor(subject.truth(v).surface.camera));
    tensors["depth"] = at::stack(depths).reshape({3, kViews, kDepthSide, kDepthSide});
    tensors["cameras"] = at::stack(cameras);
    tensors["photo_camera"] = camera_tensor(subject.photo().surface.camera).unsqueeze(0);
  }

  const PairCacheOptions& options_;
  ModelPack pack_;
  std::shared_ptr<const AutoencoderKL> vae_;
  GanPrior prior_;
};

}  // namespace

void fill_pair_cache(const PairCacheOptions& options,
                     const std::function<void(int, int)>& progress, std::stop_token stop) {
  const std::vector<fs::path> held_out = list_view_cache(options.views, true);
  const std::vector<fs::path> trained = list_view_cache(options.views, false);
  const auto of = static_cast<int>(held_out.size() + trained.size());
  check(of > 0, ErrorCode::kNotFound,
        "There are no views in \"{}\"; fill it with `portrait synth --views` first",
        options.views.string());
  require_writable_folder(options.folder);
  const PairMaker maker(options);
  int done = 0;
  for (const bool held : {true, false}) {
    int number = 0;
    for (const fs::path& path : held ? held_out : trained) {
      if (stop.stop_requested()) return;
      // The gate is measured at full size.
      maker.make(path, held, held || number++ < options.large);
      if (progress) progress(++done, of);
    }
  }
}

}  // namespace portrait
