// SPDX-License-Identifier: Apache-2.0
#include "ui/question.h"

#include "ui/theme.h"

#include <QGridLayout>
#include <QLabel>
#include <QMessageBox>

namespace portrait {

QMessageBox* make_question(const QString& text, const QString& details, QWidget* window) {
  auto* question = new QMessageBox(window);
  question->setAttribute(Qt::WA_DeleteOnClose);
  question->setWindowTitle(QMessageBox::tr("Portrait Studio"));
  question->setIconPixmap(themed_pixmap("head", theme().accent, 56, window->devicePixelRatioF()));
  question->setText(text);
  question->setInformativeText(details);
  // One edge for both texts.
  for (QLabel* label : question->findChildren<QLabel*>()) {
    label->setIndent(0);
    label->setContentsMargins({});
  }
  if (auto* grid = qobject_cast<QGridLayout*>(question->layout())) {
    grid->setContentsMargins(20, 20, 20, 16);
    grid->setVerticalSpacing(8);
  }
  return question;
}

}  // namespace portrait
