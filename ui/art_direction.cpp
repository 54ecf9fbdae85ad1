// SPDX-License-Identifier: Apache-2.0
#include "ui/art_direction.h"

#include "core/base/settings.h"
#include "core/camera/viewpoint_rig.h"
#include "core/session/picture_viewpoint.h"
#include "core/session/session.h"
#include "ui/viewport/view_state.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QImageReader>
#include <QStandardPaths>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>
#include <vector>

namespace portrait {
namespace {

constexpr double kSameDeg = 0.1;

QString described(const Viewpoint& viewpoint) {
  ViewState state;
  state.look_from(viewpoint);
  return state.describe();
}

// The ring's own viewpoint there.
std::optional<Viewpoint> in_ring(const Snapshot& snapshot, const Viewpoint& viewpoint) {
  if (snapshot.settings == nullptr) return std::nullopt;
  for (const RigView& view : viewpoint_rig(*snapshot.settings)) {
    const Viewpoint& here = view.viewpoint;
    const double turn = std::remainder(here.azimuth_deg - viewpoint.azimuth_deg, 360.0);
    if (std::abs(turn) < kSameDeg &&
        std::abs(here.elevation_deg - viewpoint.elevation_deg) < kSameDeg) {
      return here;
    }
  }
  return std::nullopt;
}

const LockedView* lock_of(const Snapshot& snapshot, const Viewpoint& viewpoint) {
  if (snapshot.locks == nullptr) return nullptr;
  const auto found =
      std::find_if(snapshot.locks->begin(), snapshot.locks->end(),
                   [&](const LockedView& lock) { return lock.viewpoint == viewpoint; });
  return found == snapshot.locks->end() ? nullptr : &*found;
}

}  // namespace

ArtDirection::ArtDirection(Session& session, QWidget* window)
    : QObject(window), session_(session), window_(window), snapshot_(session.latest()) {
  connect(&watch_, &PictureWatch::saved, this,
          [this](const QString& path, const Viewpoint& viewpoint) {
            session_.lock_view(viewpoint, path.toStdString());
          });
}

std::optional<Viewpoint> ArtDirection::viewpoint_of(const QString& path) {
  const QImageReader reader(path);
  const QString key = reader.text(kViewpointKey);
  if (!key.isEmpty()) {
    if (const auto named = viewpoint_of_text(key.toStdString())) return named;
  }
  if (const auto named = viewpoint_of_comment(reader.text("Comment").toStdString())) return named;
  return viewpoint_of_name(QFileInfo(path).fileName().toStdString());
}

void ArtDirection::show_snapshot(const std::shared_ptr<const Snapshot>& snapshot) {
  const auto before = std::exchange(snapshot_, snapshot);
  if (snapshot->photo != photo_) {  // another head: its pictures are others
    photo_ = snapshot->photo;
    watch_.clear();
    return;
  }
  say_what_changed(*before);
}

void ArtDirection::say_what_changed(const Snapshot& before) {
  const ViewFile& file = snapshot_->view_file;
  if (file.id != before.view_file.id && file.written) {
    const QString path = QString::fromStdString(file.path.string());
    watch_.add(path, file.viewpoint);
    Q_EMIT said(tr("Picture of %1 exported as %2. Paint on it and save it: it comes back by itself")
                    .arg(described(file.viewpoint), QDir::toNativeSeparators(path)));
  }
  if (snapshot_->locks == before.locks) return;
  std::vector<LockedView> all;
  if (snapshot_->locks) all = *snapshot_->locks;
  for (const LockedView& lock : all) {
    const LockedView* old = lock_of(before, lock.viewpoint);
    if (old != nullptr && old->picture == lock.picture && old->name == lock.name) continue;
    const bool over =
        snapshot_->state == SessionState::kFinished || snapshot_->state == SessionState::kFailed;
    const QString when = over ? tr("Start again, or go back in the formation, and Detail brings "
                                   "the head to it")
                              : tr("Detail brings the head to it");
    Q_EMIT said(tr("%1 is locked to %2. %3")
                    .arg(described(lock.viewpoint), QString::fromStdString(lock.name), when));
  }
}

QString ArtDirection::folder() const {
  if (!folder_.isEmpty()) return folder_;
  if (!snapshot_->project_path.empty()) {
    return QString::fromStdString(snapshot_->project_path.parent_path().string());
  }
  return QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
}

void ArtDirection::export_picture(const Viewpoint& viewpoint) {
  if (!can_lock(*snapshot_) || snapshot_->photo == nullptr) return;
  const auto head = snapshot_->project_path.empty() ? snapshot_->photo->path.stem()
                                                    : snapshot_->project_path.stem();
  auto* dialog =
      new QFileDialog(window_, tr("Export the picture of %1").arg(described(viewpoint)), folder());
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setNameFilters({tr("PNG pictures (*.png)")});
  dialog->setDefaultSuffix("png");
  dialog->selectFile(QString::fromStdString(view_picture_name(head.string(), viewpoint)));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QFileDialog::fileSelected, this,
          [this, viewpoint](const QString& path) { export_to(path, viewpoint); });
  dialog->open();
}

void ArtDirection::bring_back(const Viewpoint& viewpoint) {
  if (!can_lock(*snapshot_)) return;
  auto* dialog = new QFileDialog(
      window_, tr("Bring back the picture of %1").arg(described(viewpoint)), folder());
  dialog->setFileMode(QFileDialog::ExistingFile);
  dialog->setNameFilters({tr("Pictures (*.png *.jpg *.jpeg *.webp *.tif *.tiff)")});
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QFileDialog::fileSelected, this,
          [this, viewpoint](const QString& path) { bring_back_from(path, viewpoint); });
  dialog->open();
}

void ArtDirection::export_to(const QString& path, const Viewpoint& viewpoint) {
  folder_ = QFileInfo(path).absolutePath();
  session_.write_view(viewpoint, path.toStdString());
}

void ArtDirection::bring_back_from(const QString& path, const Viewpoint& viewpoint) {
  folder_ = QFileInfo(path).absolutePath();
  const auto own = viewpoint_of(path);
  const auto there = own ? in_ring(*snapshot_, *own) : std::nullopt;
  lock(path, there.value_or(viewpoint));
}

bool ArtDirection::take_dropped(const QString& path) {
  if (!can_lock(*snapshot_)) return false;
  const auto own = viewpoint_of(path);
  const auto there = own ? in_ring(*snapshot_, *own) : std::nullopt;
  if (!there) return false;
  lock(path, *there);
  return true;
}

void ArtDirection::lock(const QString& path, const Viewpoint& viewpoint) {
  watch_.add(path, viewpoint);
  session_.lock_view(viewpoint, path.toStdString());
}

// What is saved later is not to lock it again.
void ArtDirection::unlock(const Viewpoint& viewpoint) {
  watch_.remove(viewpoint);
  session_.unlock_view(viewpoint);
}

}  // namespace portrait
