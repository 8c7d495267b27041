; The setup for Windows: for one user, without administrator's rights. Built by `dev.py package windows`, which gives
; VERSION, SOURCE (the frozen folder), ICON and TARGET, and SIGN, a command, if the uninstaller is to be signed.
;   silent:     setup.exe /S [/D=folder, last and without quotation marks]
;   uninstall:  uninstall.exe /S [/DATA]     /DATA removes every connection with its data, too
Unicode true
ManifestDPIAware true
SetCompressor /SOLID lzma
RequestExecutionLevel user

!ifdef SIGN
  ; Only NSIS makes the uninstaller, so it has to let it be signed.
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!include FileFunc.nsh
!include LogicLib.nsh
!include MUI2.nsh
!include nsDialogs.nsh

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\psconnect"

Name "psconnect ${VERSION}"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\psconnect"
InstallDirRegKey HKCU "Software\psconnect" "Folder"
BrandingText " "
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "psconnect"
VIAddVersionKey "FileDescription" "psconnect setup"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "CompanyName" "psconnect"
VIAddVersionKey "LegalCopyright" ""

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\psconnectw.exe"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
UninstPage custom un.AskAboutData un.KeepAnswer
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Spanish"

LangString RUNNING ${LANG_ENGLISH} "psconnect is still open, or a sync is at work. Close psconnect, also in the tray, then try again."
LangString RUNNING ${LANG_SPANISH} "psconnect sigue abierto o hay una sincronización en curso. Cierre psconnect, también en la bandeja, e inténtelo de nuevo."
LangString KEEP ${LANG_ENGLISH} "Connections, run history and secrets of psconnect stay on this computer, for the next psconnect to find."
LangString KEEP ${LANG_SPANISH} "Las conexiones, el historial y los secretos de psconnect se quedan en este equipo, para que el próximo psconnect los encuentre."
LangString WIPE ${LANG_ENGLISH} "Remove them, too. What was delivered stays where it was delivered."
LangString WIPE ${LANG_SPANISH} "Eliminarlos también. Lo entregado se queda donde se entregó."
LangString LEFT ${LANG_ENGLISH} "Not everything could be removed. Nothing was uninstalled; open psconnect, and remove the connections there."
LangString LEFT ${LANG_SPANISH} "No se pudo eliminar todo. No se desinstaló nada; abra psconnect y elimine allí las conexiones."

Var WipeData
Var WipeBox

; A program that runs can't be replaced; a half-replaced one would be worse than the old one.
!macro StopIfRunning
  ${If} ${FileExists} "$INSTDIR\psconnectw.exe"
    ClearErrors
    Rename "$INSTDIR\psconnectw.exe" "$INSTDIR\psconnectw.old"
    ${If} ${Errors}
      Goto running
    ${EndIf}
    Rename "$INSTDIR\psconnectw.old" "$INSTDIR\psconnectw.exe"
    FileOpen $0 "$INSTDIR\psconnectw.exe" a
    ${If} ${Errors}
      Goto running
    ${EndIf}
    FileClose $0
    FileOpen $0 "$INSTDIR\psconnect.exe" a
    ${If} ${Errors}
      Goto running
    ${EndIf}
    FileClose $0
  ${EndIf}
  Goto free
  running:
  SetErrorLevel 5
  MessageBox MB_ICONEXCLAMATION|MB_OK "$(RUNNING)" /SD IDOK
  Quit
  free:
!macroend

Section "psconnect"
  !insertmacro StopIfRunning
  ; What an older version brought and this one doesn't must not be found by it.
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\licences"
  SetOutPath "$INSTDIR"
  File /r "${SOURCE}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\psconnect.lnk" "$INSTDIR\psconnectw.exe"
  WriteRegStr HKCU "Software\psconnect" "Folder" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "psconnect"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\psconnectw.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "psconnect"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" "$0"
SectionEnd

Function un.onInit
  StrCpy $WipeData 0
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/DATA" $1
  ${IfNot} ${Errors}
    StrCpy $WipeData 1
  ${EndIf}
FunctionEnd

Function un.AskAboutData
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 30u "$(KEEP)"
  Pop $0
  ${NSD_CreateCheckBox} 0 40u 100% 12u "$(WIPE)"
  Pop $WipeBox
  nsDialogs::Show
FunctionEnd

Function un.KeepAnswer
  ${NSD_GetState} $WipeBox $WipeData
FunctionEnd

Section "Uninstall"
  !insertmacro StopIfRunning
  ; The scheduler must not start what is gone. The program itself knows its entries, and its secrets in the keyring.
  ${If} $WipeData == 1
    nsExec::Exec '"$INSTDIR\psconnect.exe" uninstall --data --yes'
    Pop $0
    ${If} $0 != 0
      SetErrorLevel 6
      MessageBox MB_ICONEXCLAMATION|MB_OK "$(LEFT)" /SD IDOK
      Quit
    ${EndIf}
    RMDir /r "$LOCALAPPDATA\psconnect"
  ${Else}
    nsExec::Exec '"$INSTDIR\psconnect.exe" uninstall'
    Pop $0
  ${EndIf}
  Delete "$SMPROGRAMS\psconnect.lnk"
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\licences"
  Delete "$INSTDIR\psconnect.exe"
  Delete "$INSTDIR\psconnectw.exe"
  Delete "$INSTDIR\psconnect.cdx.json"
  Delete "$INSTDIR\uninstall.exe"
  ; Only if it is empty: a person may have chosen a folder with other things in it.
  RMDir "$INSTDIR"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\psconnect"
SectionEnd
