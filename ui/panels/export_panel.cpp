// SPDX-License-Identifier: Apache-2.0
#include "ui/panels/export_panel.h"

#include "core/session/snapshot.h"
#include "ui/panels/panel_parts.h"
#include "ui/translated.h"
#include "ui/theme.h"

#include <QCheckBox>
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

ExportPanel::ExportPanel(QWidget* parent) : QWidget(parent) {
  PanelSection section = make_section(tr("Export"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(section.widget);

  auto box = [](const QString& label, const QString& tip, bool on) {
    auto* check = new QCheckBox(label);
    check->setToolTip(tip);
    check->setChecked(on);
    return check;
  };
  glb_ = box(tr("Mesh · GLB"), tr("head.glb with vertex colours; Blender, Unreal, the web"), true);
  ply_ = box(tr("Mesh · PLY"), tr("head.ply with vertex colours; MeshLab, scripts"), false);
  turntable_ = box(tr("Turntable · MP4"), tr("turntable.mp4, H.264"), true);
  frames_ = box(tr("Turntable · PNG"), tr("Numbered frames with alpha, for compositing"), false);
  sheet_ = box(tr("Contact sheet"), tr("contact_sheet.png: the thirteen viewpoints"), false);
  film_ =
      box(tr("Formation · MP4"), tr("formation.mp4: how the head formed, once round it"), false);
  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(8);
  grid->setVerticalSpacing(6);
  grid->addWidget(glb_, 0, 0);
  grid->addWidget(turntable_, 0, 1);
  grid->addWidget(ply_, 1, 0);
  grid->addWidget(frames_, 1, 1);
  grid->addWidget(sheet_, 2, 0);
  grid->addWidget(film_, 2, 1);
  section.body->addLayout(grid);

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
  files_ = new QVBoxLayout;
  files_->setSpacing(2);
  section.body->addLayout(files_);

  connect(browse, &QPushButton::clicked, this, &ExportPanel::choose_folder);
  connect(export_, &QPushButton::clicked, this, &ExportPanel::export_requested);
  connect(cancel_, &QPushButton::clicked, this, &ExportPanel::cancel_requested);
  auto refresh = [this] {
    const bool any = glb_->isChecked() || ply_->isChecked() || turntable_->isChecked() ||
                     frames_->isChecked() || sheet_->isChecked() || film_->isChecked();
    export_->setEnabled(can_export_ && any && !folder_->text().trimmed().isEmpty());
  };
  for (QCheckBox* check : {glb_, ply_, turntable_, frames_, sheet_, film_}) {
    connect(check, &QCheckBox::toggled, this, refresh);
  }
  connect(folder_, &QLineEdit::textChanged, this, refresh);
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
  request.glb = glb_->isChecked();
  request.ply = ply_->isChecked();
  request.turntable_mp4 = turntable_->isChecked();
  request.png_sequence = frames_->isChecked();
  request.contact_sheet = sheet_->isChecked();
  request.formation_film = film_->isChecked();
  return request;
}

void ExportPanel::show_snapshot(const Snapshot& snapshot) {
  using State = ExportStatus::State;
  const ExportStatus& status = snapshot.exporting;
  can_export_ = can_export(snapshot);
  const bool running = status.state == State::kRunning;
  const bool any = glb_->isChecked() || ply_->isChecked() || turntable_->isChecked() ||
                   frames_->isChecked() || sheet_->isChecked() || film_->isChecked();
  export_->setEnabled(can_export_ && any && !folder().isEmpty());
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
