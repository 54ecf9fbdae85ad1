// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/head_exports.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/camera/viewpoint_rig.h"
#include "core/exporting/contact_sheet.h"
#include "core/exporting/formation_film.h"
#include "core/exporting/image_set.h"
#include "core/exporting/turntable.h"
#include "core/field/volume_picture.h"
#include "core/image/write_image.h"
#include "core/pipeline/head_view.h"
#include "core/project/formation.h"
#include "core/session/field_file.h"
#include "core/session/mesh_export.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <utility>

namespace portrait {
namespace {

namespace fs = std::filesystem;

constexpr int kSheetCell = 384;
constexpr int kSheetPicture = 512;  // what the super-resolution was made for

HeadPicture sheet_picture(const HeadView& head, const Viewpoint& viewpoint) {
  const bool neural = !head.field().sr.empty();
  return head.picture(rig_camera(viewpoint),
                      neural ? kSheetPicture / SuperResolution::kScale : kSheetCell);
}

// Of films that have no alpha; "studio": the viewport's dark grey.
Eigen::Vector3f background_named(const std::string& name) {
  if (name == "white") return Eigen::Vector3f::Ones();
  if (name == "black") return Eigen::Vector3f::Zero();
  if (name == "grey") return Eigen::Vector3f::Constant(0.5F);
  return VideoOptions{}.background;
}

std::string view_label(const Viewpoint& viewpoint) {
  return viewpoint.elevation_deg == 0
             ? fmt::format("{:+.0f}", viewpoint.azimuth_deg)
             : fmt::format("{:+.0f} / {:+.0f}", viewpoint.azimuth_deg, viewpoint.elevation_deg);
}

Image sheet_of(const std::vector<LabelledImage>& pictures, const std::string& title) {
  ContactSheetOptions options;
  options.cell_size = kSheetCell;
  options.title = title;
  return contact_sheet(pictures, options);
}

// An export as a list of parts, each a function; what it keeps between parts stands here.
class HeadExportJob : public ExportJob {
 public:
  HeadExportJob(const Field& head, const ExportRequest& request, const Settings& settings,
                ExportSources sources)
      : moments_(std::move(sources.moments)),
        head_(HeadView::frozen(head, LookOptions::from(settings))),
        request_(request),
        size_(settings.get<int>("turntable.size")) {
    if (request.mesh()) {
      mesh_.emplace(head_, std::move(sources.photo), request, settings,
                    std::move(sources.extras_json));
    }
    turn_.frames = request.turntable_frames > 0 ? request.turntable_frames
                                                : settings.get<int>("turntable.frames");
    turn_.elevation_deg = settings.get<double>("turntable.elevation");
    turn_.ease = settings.get<bool>("turntable.ease");
    turn_.video.background = background_named(settings.get<std::string>("turntable.background"));
    turn_.video.frames_per_second = request.frames_per_second;
    film_.moments = moments_.size();
    film_.frames_per_second = request.frames_per_second;
    check(!request.formation_film || film_.moments > 0, ErrorCode::kBadUsage,
          "There is no formation to make a film of yet; start the run first");
    plan();
    check(!parts_.empty(), ErrorCode::kBadUsage,
          "Nothing to export: choose a mesh, the field, a turntable, a contact sheet or the film");
    total_ = static_cast<int>(parts_.size());
    require_writable_folder(request.folder);
  }

  ~HeadExportJob() override {
    std::error_code ignored;
    if (!partial_.empty()) fs::remove_all(partial_, ignored);
  }

  bool advance() override {
    if (parts_.empty()) return true;
    parts_.front().second();
    parts_.pop_front();
    return parts_.empty();
  }

  void describe(ExportStatus& status) const override {
    status.what = parts_.empty() ? std::string() : parts_.front().first;
    status.total = total_;
    status.done = total_ - static_cast<int>(parts_.size());
    status.files = files_;
    if (mesh_) status.mesh = mesh_->told();
  }

 private:
  void add(const std::string& what, std::function<void()> part) {
    parts_.emplace_back(what, std::move(part));
  }

  void plan() {
    if (mesh_) {
      mesh_->plan([this](const std::string& what,
                         std::function<void()> part) { add(what, std::move(part)); },
                  [this](const fs::path& name) { wrote(name); });
    }
    if (request_.field) {
      add("Field", [this] {
        write_field(request_.folder / "head_field.safetensors", head_.field());
        wrote("head_field.safetensors");
      });
    }
    if (request_.contact_sheet) {
      for (const RigView& view : standard_viewpoint_rig()) {
        add("Contact sheet", [this, viewpoint = view.viewpoint] {
          sheet_.push_back({sheet_picture(head_, viewpoint).rgba, view_label(viewpoint)});
        });
      }
      add("Contact sheet", [this] {
        write_image(request_.folder / "contact_sheet.png", sheet_of(sheet_, {}));
        wrote("contact_sheet.png");
      });
    }
    if (request_.pictures) {
      for (const RigView& view : standard_viewpoint_rig()) {
        add("Pictures", [this, viewpoint = view.viewpoint] {
          pictures_.push_back(
              {view_name(viewpoint), sheet_picture(head_, viewpoint).rgba, rig_camera(viewpoint)});
        });
      }
      add("Pictures", [this] { write_pictures(); });
    }
    if (request_.turntable()) {
      for (int i = 0; i < turn_.frames; ++i) {
        add("Turntable", [this, i] { turn_frame(i); });
      }
      add("Turntable", [this] { finish_turntable(); });
    }
    if (request_.formation_film) {
      for (int i = 0; i < film_.frames(); ++i) {
        add("Formation", [this, i] { film_frame(i); });
      }
      add("Formation", [this] {
        film_video_->finish();
        film_video_.reset();
        wrote("formation.mp4");
      });
    }
  }

  void write_pictures() {
    write_image_set(request_.folder / "pictures", pictures_);
    for (const ViewImage& picture : pictures_)
      wrote(fs::path("pictures") / (picture.name + ".png"));
    wrote(fs::path("pictures") / "transforms.json");
  }

  void film_frame(int index) {
    if (!film_video_) {
      film_video_ = std::make_unique<VideoWriter>(request_.folder / "formation.mp4", turn_.video);
    }
    const FormationMoment& moment = *moments_[film_.moment_of(index)];
    film_video_->add(volume_picture(*moment.volume, rig_camera(film_.viewpoint_of(index)), size_));
  }

  void turn_frame(int index) {
    const Camera camera = rig_camera({turntable_azimuth(turn_, index), turn_.elevation_deg});
    const int scale = head_.field().sr.empty() ? 1 : SuperResolution::kScale;
    const Image frame = head_.picture(camera, std::max(size_ / scale, 1)).rgba;
    if (index == 0) begin_videos();
    for (const auto& [name, video] : videos_) video->add(frame);
    if (request_.png_sequence) {
      if (partial_.empty()) {
        partial_ = request_.folder / ".turntable.partial";
        fs::create_directories(partial_);
      }
      const std::string name = fmt::format("frame_{:04d}.png", index);
      write_image(partial_ / name, frame);
      frames_.push_back(name);
    }
  }

  void begin_videos() {
    for (const auto& [wanted, name] : {std::pair{request_.turntable_mp4, "turntable.mp4"},
                                       std::pair{request_.turntable_webm, "turntable.webm"},
                                       std::pair{request_.turntable_gif, "turntable.gif"}}) {
      if (!wanted) continue;
      videos_.emplace_back(name,
                           std::make_unique<VideoWriter>(request_.folder / name, turn_.video));
    }
  }

  void finish_turntable() {
    for (const auto& [name, video] : videos_) {
      video->finish();
      wrote(name);
    }
    videos_.clear();
    if (partial_.empty()) return;
    const fs::path folder = request_.folder / "turntable";
    fs::create_directories(folder);
    for (const std::string& name : frames_) {
      fs::rename(partial_ / name, folder / name);
      wrote(fs::path("turntable") / name);
    }
  }

  void wrote(const fs::path& name) {
    const fs::path path = request_.folder / name;
    std::error_code ignored;
    files_.push_back({path, fs::file_size(path, ignored)});
  }

  const std::vector<std::shared_ptr<const FormationMoment>> moments_;
  HeadView head_;
  ExportRequest request_;
  int size_;
  TurntableOptions turn_;
  FormationFilm film_;
  std::unique_ptr<VideoWriter> film_video_;
  std::deque<std::pair<std::string, std::function<void()>>> parts_;
  int total_ = 0;
  std::optional<MeshExport> mesh_;
  std::vector<LabelledImage> sheet_;
  std::vector<ViewImage> pictures_;
  std::vector<std::pair<std::string, std::unique_ptr<VideoWriter>>> videos_;  // of the turntable
  fs::path partial_;
  std::vector<std::string> frames_;
  std::vector<ExportedFile> files_;
};

}  // namespace

Image contact_sheet_of_head(const HeadView& head, const std::string& title) {
  std::vector<LabelledImage> pictures;
  for (const RigView& view : standard_viewpoint_rig()) {
    pictures.push_back({sheet_picture(head, view.viewpoint).rgba, view_label(view.viewpoint)});
  }
  return sheet_of(pictures, title);
}

std::unique_ptr<ExportJob> begin_head_export(const Field& head, const ExportRequest& request,
                                             const Settings& settings, ExportSources sources) {
  return std::make_unique<HeadExportJob>(head, request, settings, std::move(sources));
}

std::vector<ExportedFile> export_head(const Field& head, const ExportRequest& request,
                                      const Settings& settings,
                                      const std::function<void(int, int)>& progress,
                                      const std::function<bool()>& stopped, ExportSources sources) {
  const auto job = begin_head_export(head, request, settings, std::move(sources));
  ExportStatus status;
  job->describe(status);
  while (status.done < status.total && !(stopped && stopped())) {
    job->advance();
    job->describe(status);
    if (progress) progress(status.done, status.total);
  }
  return status.files;
}

}  // namespace portrait
