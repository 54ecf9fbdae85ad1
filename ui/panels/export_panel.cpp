// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/export_panel.h"

#include "core/session/snapshot.h"
#include "ui/panels/panel_parts.h"
#include "ui/translated.h"
#include "ui/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDesktopServices>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

namespace portrait {
namespace {

// One line of what was found in the mesh; empty without one.
QString mesh_text(const ExportedMesh& mesh) {
  if (mesh.triangles == 0) return {};
  QStringList facts = {ExportPanel::tr("%L1 triangles").arg(mesh.triangles),
                       ExportPanel::tr("%1 mm high").arg(mesh.height_mm, 0, 'f', 0),
                       mesh.watertight ? ExportPanel::tr("closed") : ExportPanel::tr("open")};
  if (mesh.texture_px > 0) facts << ExportPanel::tr("texture %1 px").arg(mesh.texture_px);
  const double pixels = mesh.photo_pixels_per_texel;
  if (pixels >= 1) facts << ExportPanel::tr("%1 px of the photo a texel").arg(pixels, 0, 'f', 1);
  if (pixels > 0 && pixels < 1) facts << ExportPanel::tr("finer than the photo: upsampled");
  return facts.join(QString(" · "));
}

}  // namespace

ExportPanel::ExportPanel(QWidget* parent) : QWidget(parent) {
  PanelSection section = make_section(tr("Export"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(section.widget);

  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(8);
  grid->setVerticalSpacing(6);
  add_choices(grid);
  section.body->addLayout(grid);
  section.body->addWidget(make_preset_row());

  auto* row = new QHBoxLayout;
  row->setSpacing(4);
  folder_ = new QLineEdit;
  folder_->setPlaceholderText(tr("Folder"));
  folder_->setAccessibleName(tr("Export folder"));
  auto* browse = new QPushButton;
  browse->setProperty("square", true);
  browse->setIcon(themed_icon("folder", &Theme::text));
  browse->setToolTip(tr("Choose the folder"));
  browse->setAccessibleName(tr("Choose the folder"));
  row->addWidget(folder_, 1);
  row->addWidget(browse);
  section.body->addLayout(row);

  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(8);
  export_ = new QPushButton(tr("Export"));
  export_->setObjectName("exportButton");
  cancel_ = new QPushButton(tr("Cancel"));
  buttons->addWidget(export_, 1);
  buttons->addWidget(cancel_);
  section.body->addLayout(buttons);

  bar_ = new QProgressBar;
  bar_->setTextVisible(false);
  bar_->setFixedHeight(3);
  status_ = new ElidedLabel;
  status_->setObjectName("note");
  section.body->addWidget(bar_);
  section.body->addWidget(status_);
  mesh_ = new QLabel;
  mesh_->setObjectName("note");
  mesh_->setWordWrap(true);
  section.body->addWidget(mesh_);
  files_ = new QVBoxLayout;
  files_->setSpacing(2);
  section.body->addLayout(files_);

  connect(browse, &QPushButton::clicked, this, &ExportPanel::choose_folder);
  connect(export_, &QPushButton::clicked, this, &ExportPanel::export_requested);
  connect(cancel_, &QPushButton::clicked, this, &ExportPanel::cancel_requested);
  auto refresh = [this] {
    export_->setEnabled(can_export_ && anything_chosen() && !folder().isEmpty());
  };
  for (const Choice& choice : choices_) connect(choice.box, &QCheckBox::toggled, this, refresh);
  connect(folder_, &QLineEdit::textChanged, this, refresh);
}

void ExportPanel::add_choices(QGridLayout* grid) {
  const auto add = [&](int row, int column, bool ExportRequest::*wanted, const QString& label,
                       const QString& tip, bool on = false) {
    auto* box = new QCheckBox(label);
    box->setToolTip(tip);
    box->setChecked(on);
    grid->addWidget(box, row, column);
    choices_.push_back({wanted, box});
  };
  add(0, 0, &ExportRequest::glb, tr("Mesh · GLB"),
      tr("head.glb with its texture; Blender, Unreal, the web"), true);
  add(1, 0, &ExportRequest::obj, tr("Mesh · OBJ"),
      tr("head.obj, head.mtl and the texture; every 3D program"));
  add(2, 0, &ExportRequest::usda, tr("Mesh · USD"),
      tr("head.usda and the texture; Houdini, Omniverse, Maya"));
  add(3, 0, &ExportRequest::ply, tr("Mesh · PLY"),
      tr("head.ply with texture and vertex colours; MeshLab, scripts"));
  add(4, 0, &ExportRequest::stl, tr("Mesh · STL"), tr("head.stl, the shape alone; for printing"));
  add(5, 0, &ExportRequest::contact_sheet, tr("Contact sheet"),
      tr("contact_sheet.png: the thirteen viewpoints"));
  add(6, 0, &ExportRequest::field, tr("Field · safetensors"),
      tr("head_field.safetensors: tri-plane, decoder and super-resolution, for research"));
  add(0, 1, &ExportRequest::turntable_mp4, tr("Turntable · MP4"), tr("turntable.mp4, H.264"), true);
  add(1, 1, &ExportRequest::turntable_webm, tr("Turntable · WebM"),
      tr("turntable.webm, VP9 with alpha; the web, compositing"));
  add(2, 1, &ExportRequest::turntable_gif, tr("Turntable · GIF"),
      tr("turntable.gif, in 255 colours; mail and chats"));
  add(3, 1, &ExportRequest::png_sequence, tr("Turntable · PNG"),
      tr("Numbered frames with alpha, for compositing"));
  add(4, 1, &ExportRequest::formation_film, tr("Formation · MP4"),
      tr("formation.mp4: how the head formed, once round it"));
  add(5, 1, &ExportRequest::pictures, tr("Pictures · PNG"),
      tr("The thirteen viewpoints with alpha, their cameras in transforms.json"));
}

QWidget* ExportPanel::make_preset_row() {
  auto* line = new QWidget;
  auto* layout = new QHBoxLayout(line);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(8);
  auto* label = new QLabel(tr("Axes and unit for"));
  preset_ = new QComboBox;
  preset_->addItem("Blender", int(MeshPreset::kBlender));
  preset_->addItem("Unreal", int(MeshPreset::kUnreal));
  preset_->addItem("Unity", int(MeshPreset::kUnity));
  preset_->addItem(tr("Printing"), int(MeshPreset::kPrint));
  preset_->addItem("glTF", int(MeshPreset::kGltf));
  const QString tip =
      tr("Which way is up, and what a number means, in OBJ, PLY and STL. GLB and USD say it "
         "themselves.");
  label->setToolTip(tip);
  preset_->setToolTip(tip);
  preset_->setAccessibleName(tr("Axes and unit for"));
  label->setBuddy(preset_);
  layout->addWidget(label);
  layout->addWidget(preset_, 1);
  return line;
}

bool ExportPanel::anything_chosen() const {
  return std::any_of(choices_.begin(), choices_.end(),
                     [](const Choice& choice) { return choice.box->isChecked(); });
}

void ExportPanel::choose_folder() {
  // Qt's own dialog, not run on a nested event loop.
  auto* dialog = new QFileDialog(this, tr("Export to"), folder_->text());
  dialog->setFileMode(QFileDialog::Directory);
  dialog->setOption(QFileDialog::ShowDirsOnly);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QFileDialog::fileSelected, this, &ExportPanel::set_folder);
  dialog->open();
}

void ExportPanel::set_folder(const QString& folder) {
  folder_->setText(folder);
  folder_->setToolTip(folder);
  folder_->setCursorPosition(0);
}
QString ExportPanel::folder() const { return folder_->text().trimmed(); }

ExportRequest ExportPanel::request() const {
  ExportRequest request;
  request.folder = folder().toStdString();
  for (const Choice& choice : choices_) request.*choice.wanted = choice.box->isChecked();
  request.preset = MeshPreset(preset_->currentData().toInt());
  return request;
}

void ExportPanel::show_snapshot(const Snapshot& snapshot) {
  using State = ExportStatus::State;
  const ExportStatus& status = snapshot.exporting;
  can_export_ = can_export(snapshot);
  const bool running = status.state == State::kRunning;
  export_->setEnabled(can_export_ && anything_chosen() && !folder().isEmpty());
  set_accent(export_, snapshot.state == SessionState::kFinished && export_->isEnabled());
  cancel_->setVisible(running);
  bar_->setVisible(running);
  if (running) {
    bar_->setRange(0, std::max(1, status.total));
    bar_->setValue(status.done);
  }
  QString text;
  switch (status.state) {
    case State::kNone: break;
    case State::kRunning:
      text = translated(status.what) + "…";
      if (status.total > 0) text += QString("  %1 / %2").arg(status.done).arg(status.total);
      break;
    case State::kDone: text = tr("Written"); break;
    case State::kFailed: text = QString::fromStdString(status.error); break;
    case State::kCancelled: text = tr("Cancelled; what was written stays"); break;
  }
  const bool failed = status.state == State::kFailed;
  if (failed != (status_->objectName() == "failure")) {
    status_->setObjectName(failed ? "failure" : "note");
    status_->style()->unpolish(status_);
    status_->style()->polish(status_);
  }
  status_->set_text(text);
  status_->setVisible(!text.isEmpty());
  const QString found = status.state == State::kDone ? mesh_text(status.mesh) : QString();
  set_text(mesh_, found);
  mesh_->setVisible(!found.isEmpty());
  show_files(snapshot);
}

void ExportPanel::show_files(const Snapshot& snapshot) {
  const ExportStatus& status = snapshot.exporting;
  if (status.id == shown_id_ && status.files.size() == shown_files_) return;
  shown_id_ = status.id;
  shown_files_ = status.files.size();
  while (QLayoutItem* item = files_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  for (const ExportedFile& file : status.files) {
    auto* line = new QWidget;
    auto* layout = new QHBoxLayout(line);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    const QString path = QString::fromStdString(file.path.string());
    auto* name = new QPushButton(QString::fromStdString(file.path.filename().string()));
    name->setProperty("link", true);
    name->setToolTip(path);
    name->setCursor(Qt::PointingHandCursor);
    auto* size = new QLabel(bytes_text(double(file.bytes)));
    size->setObjectName("note");
    layout->addWidget(name);
    layout->addStretch(1);
    layout->addWidget(size);
    connect(name, &QPushButton::clicked, this,
            [path] { QDesktopServices::openUrl(QUrl::fromLocalFile(path)); });
    files_->addWidget(line);
  }
}

}  // namespace portrait
