// SPDX-License-Identifier: Apache-2.0
#include "ui/file_opener.h"

#include "core/project/autosave.h"
#include "core/session/session.h"
#include "ui/ago_text.h"
#include "ui/panels/panel_parts.h"
#include "ui/question.h"
#include "ui/recoveries.h"
#include "ui/unsaved_guard.h"

#include <QDateTime>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>

#include <algorithm>

namespace portrait {
namespace {

QString age_of(const std::filesystem::path& file) {
  const QDateTime written = QFileInfo(QString::fromStdString(file.string())).lastModified();
  return ago_text(
      std::chrono::seconds(std::max<qint64>(0, written.secsTo(QDateTime::currentDateTime()))));
}

}  // namespace

FileOpener::FileOpener(Session& session, UnsavedGuard& guard, bool asks, QWidget* window)
    : QObject(window), session_(session), guard_(guard), asks_(asks), window_(window) {}

void FileOpener::open(const QString& path) {
  const QString absolute = QFileInfo(path).absoluteFilePath();
  guard_.before(UnsavedGuard::Loss::kOpening, [this, absolute](bool) { open_now(absolute); });
}

void FileOpener::open_now(const QString& path) {
  Q_EMIT opening();
  const std::filesystem::path file = path.toStdString();
  if (!path.endsWith(".portrait", Qt::CaseInsensitive)) {
    session_.open_photo(file, {});
    return;
  }
  const auto newer = asks_ ? recovery_of(file) : std::nullopt;
  if (newer && Recoveries::is_left_behind(*newer)) {
    ask_which(file, *newer);
  } else {
    session_.open_project(file);
  }
}

void FileOpener::ask_which(const std::filesystem::path& project,
                           const std::filesystem::path& autosave) {
  QMessageBox* question =
      make_question(tr("“%1” was autosaved after its last save")
                        .arg(QString::fromStdString(project.filename().string())),
                    tr("Autosaved %1, saved %2. The project file stays as it is until you save.")
                        .arg(age_of(autosave), age_of(project)),
                    window_);
  auto* newer = question->addButton(tr("Open the autosave"), QMessageBox::AcceptRole);
  set_accent(newer, true);
  auto* saved = question->addButton(tr("Open the saved project"), QMessageBox::ActionRole);
  auto* cancel = question->addButton(tr("Cancel"), QMessageBox::RejectRole);
  question->setDefaultButton(newer);
  question->setEscapeButton(cancel);
  connect(question, &QMessageBox::finished, this, [=, this] {
    if (question->clickedButton() == newer) session_.open_project(autosave);
    if (question->clickedButton() == saved) session_.open_project(project);
  });
  question->open();
}

void FileOpener::choose_photo() {
  choose(tr("Open photo"),
         {tr("Photos (*.jpg *.jpeg *.png *.webp *.tif *.tiff)"), tr("All files (*)")});
}

void FileOpener::choose_project() {
  choose(tr("Open project"), {tr("Portrait projects (*.portrait)")});
}

void FileOpener::choose(const QString& title, const QStringList& filters) {
  auto* dialog = new QFileDialog(window_, title);
  dialog->setFileMode(QFileDialog::ExistingFile);
  dialog->setNameFilters(filters);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QFileDialog::fileSelected, this, &FileOpener::open);
  dialog->open();
}

}  // namespace portrait
