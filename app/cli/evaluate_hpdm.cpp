// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluate_hpdm.h"

#include "app/cli/cached_person.h"
#include "app/cli/hpdm_table.h"
#include "core/base/random.h"
#include "core/camera/viewpoint_rig.h"
#include "core/exporting/contact_sheet.h"
#include "core/guidance/detail_painter.h"
#include "core/image/write_image.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/image_tensor.h"
#include "core/pipeline/view_render.h"
#include "core/prior/gan_prior.h"
#include "core/reprojection/splat_noise.h"
#include "core/training/cached_camera.h"
#include "core/training/view_cache.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::array kViews = {1, 2, 5, 6, 9, 10, 11};  // of the rig: +-30, +-90, +-150, 180
constexpr int kShown = 3;                               // views of a subject on the sheet

// One person: the truth of the views, and what stage 1 makes of the photo.
struct Person {
  std::vector<Image> truth, mattes;
  std::vector<ViewRender> renders;
  ViewRender at_photo;
  Tensor photo;  // [3,512,512]
  std::shared_ptr<const Conditioning> conditioning;
};

Person person_of(const ViewCacheFile& file, const GanPrior& prior, const DetailPainter& painter) {
  Person person;
  const CachedPicture photo = file.identity(0);
  person.photo = tensor_of_image(photo.rgb);
  person.conditioning = painter.base().conditioning(person.photo);
  const Camera camera = cached_camera(photo.camera);
  const Field head = prior.infer(person.photo, tensor_of_image(photo.matte), camera);
  const OccupancyGrid occupancy = build_occupancy(head);
  ViewRenderOptions options;
  options.occupancy = &occupancy;
  for (int v = 0; v < ViewCacheFormat::kStandardViews; ++v) {
    CachedPicture seen = file.picture(v);
    person.truth.push_back(std::move(seen.rgb));
    person.mattes.push_back(std::move(seen.matte));
    person.renders.push_back(render_view(head, cached_camera(seen.camera), options));
  }
  person.at_photo = render_view(head, camera, options);
  return person;
}

class Evaluation {
 public:
  Evaluation(const ModelPack& pack, const HpdmEvaluation& options)
      : options_(options), painter_(DetailPainter::load(pack)), prior_(GanPrior::load(pack)) {}

  void measure(const ViewCacheFile& file, int subject) {
    const Person person = person_of(file, prior_, *painter_);
    table_.add_subject();
    for (const int view : kViews) measure_view(person, subject, view);
    if (options_.gate_only) return;
    for (const int t : options_.timesteps) measure_chain(person, subject, t);
  }

  const HpdmTable& table() const { return table_; }
  const std::vector<LabelledImage>& sheet() const { return sheet_; }

 private:
  HpdmPictures pictures(const Person& person, int view, const Tensor& driving_image) const {
    const int driver = standard_viewpoint_rig()[std::size_t(view)].driver;
    const ViewRender& render = person.renders[std::size_t(view)];
    const ViewRender& from = driver < 0 ? person.at_photo : person.renders[std::size_t(driver)];
    HpdmPictures pictures;
    pictures.driving = from.driving();
    pictures.image = driving_image;
    pictures.target = render.camera;
    pictures.normals = render.normal_picture();
    pictures.render = render.rgb.clamp(0, 1);
    return pictures;
  }

  static Tensor driving_truth(const Person& person, int view) {
    const int driver = standard_viewpoint_rig()[std::size_t(view)].driver;
    return driver < 0 ? person.photo : tensor_of_image(person.truth[std::size_t(driver)]);
  }

  Tensor noise(int subject, int view) const {
    const NoiseShape shape = painter_->base().noise_shape(ViewCacheFormat::kPx);
    return fresh_noise(
        {std::uint64_t(subject), random_purpose("evaluate hpdm"), 0, std::uint32_t(view)},
        shape.channels, shape.height, shape.width);
  }

  Painted paint(const Person& person, const HpdmView& told, int subject, int view,
                const PaintOptions& options) const {
    return painter_->paint(told, *person.conditioning,
                           viewpoint_of(person.renders[std::size_t(view)].camera),
                           noise(subject, view), options);
  }

  void measure_view(const Person& person, int subject, int view) {
    const auto v = std::size_t(view);
    const int driver = standard_viewpoint_rig()[v].driver;
    const Tensor true_driver = driving_truth(person, view);
    const Tensor own_driver =
        driver < 0 ? person.photo : person.renders[std::size_t(driver)].rgb.clamp(0, 1);
    const HpdmPictures by_truth = pictures(person, view, true_driver);
    const HpdmView told = painter_->view(by_truth, {});
    const HpdmView roughly = painter_->view(pictures(person, view, own_driver), {});
    const ProjectedReference reference = project_reference(by_truth);
    const HpdmScene scene{person.truth[v], person.mattes[v], image_of_tensor(reference.known)};
    const Image render = image_of_tensor(by_truth.render);
    table_.add("render", scene, render);
    const Tensor carried = at::lerp(by_truth.render, reference.image, reference.known);
    table_.add("carried", scene, image_of_tensor(carried));
    if (!options_.gate_only) {
      const Tensor latents = painter_->base().latents(tensor_of_image(person.truth[v]));
      table_.add("decoded", scene, image_of_tensor(painter_->base().picture(latents)));
    }
    const bool shown = sheet_views_++ % int(kViews.size()) < kShown && !options_.sheet.empty();
    if (shown) {
      const double azimuth = viewpoint_of(person.renders[v].camera).azimuth_deg;
      show(person.truth[v], "true, " + std::to_string(int(std::lround(azimuth))));
      show(image_of_tensor(reference.image), "what the neighbour shows");
      show(render, "render");
    }
    for (const int t : options_.timesteps) {
      const std::string number = "_" + std::to_string(t);
      PaintOptions options = paint_options(t);
      const auto row = [&](const char* name, const HpdmView& of, const HpdmWeights& weights) {
        options.weights = weights;
        const Image picture = image_of_tensor(paint(person, of, subject, view, options).picture);
        table_.add(name + number, scene, picture);
        return picture;
      };
      const Image denoised = row("denoised", told, {});
      const Image rough = row("rough", roughly, {});
      if (!options_.gate_only) {
        row("muted_geometry", told, {1, 1, 0});
        row("muted_implicit", told, {1, 0, 0});
        row("muted_all", told, {0, 0, 0});
      }
      if (shown) {
        show(denoised, "denoised from " + std::to_string(t));
        show(rough, "the same by its render");
      }
    }
  }

  PaintOptions paint_options(int t) const {
    PaintOptions options;
    options.t = t;
    options.denoise_steps = options_.denoise_steps;
    return options;
  }

  // Every view in driving order, each by what was painted of the one that drives it.
  void measure_chain(const Person& person, int subject, int t) {
    std::vector<Painted> painted;
    for (std::size_t v = 0; v < person.renders.size(); ++v) {
      const int driver = standard_viewpoint_rig()[v].driver;
      HpdmPictures by_painted = pictures(
          person, int(v), driver < 0 ? person.photo : painted[std::size_t(driver)].picture);
      if (driver >= 0) by_painted.latents = painted[std::size_t(driver)].latents;
      const PaintOptions options = paint_options(t);
      painted.push_back(
          paint(person, painter_->view(by_painted, options), subject, int(v), options));
      if (std::find(kViews.begin(), kViews.end(), int(v)) == kViews.end()) continue;
      const HpdmScene scene{person.truth[v], person.mattes[v],
                            image_of_tensor(project_reference(by_painted).known)};
      table_.add("chain_" + std::to_string(t), scene, image_of_tensor(painted.back().picture));
    }
  }

  void show(const Image& picture, const std::string& label) { sheet_.push_back({picture, label}); }

  const HpdmEvaluation& options_;
  std::shared_ptr<const DetailPainter> painter_;
  GanPrior prior_;
  HpdmTable table_;
  std::vector<LabelledImage> sheet_;
  int sheet_views_ = 0;
};

}  // namespace

Json evaluate_hpdm(const ModelPack& pack, const HpdmEvaluation& options,
                   const EvaluationProgress& progress, std::stop_token stop) {
  const at::NoGradGuard no_grad;
  const std::vector<fs::path> files = held_out_people(options.views, options.subjects);
  Evaluation evaluation(pack, options);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (stop.stop_requested()) return {};
    evaluation.measure(ViewCacheFile(files[i]), int(i));
    progress(int(i) + 1, int(files.size()));
  }
  if (!options.sheet.empty()) {
    ContactSheetOptions layout;
    layout.columns = 3 + 2 * int(options.timesteps.size());
    write_image(options.sheet, contact_sheet(evaluation.sheet(), layout));
  }
  std::vector<std::string> steps;
  for (const int t : options.timesteps) steps.push_back(std::to_string(t));
  Json found = {{"subjects", files.size()},
                {"denoise_steps", options.denoise_steps},
                {"rows", evaluation.table().rows()},
                {"gate", evaluation.table().gate(steps)}};
  if (!options.gate_only) found["beats"] = evaluation.table().beats(steps);
  return found;
}

}  // namespace portrait::cli
