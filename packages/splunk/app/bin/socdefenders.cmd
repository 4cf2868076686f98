@echo off
setlocal
set NODE_PATH=
set NODE_OPTIONS=
set OPENSSL_CONF=
set "node=%SOCDEFENDERS_NODE%"
if not defined node set "node=node"
"%node%" -e "process.exit(Number(process.versions.node.split('.')[0]) >= 22 ? 0 : 1)" 2>nul
if errorlevel 1 goto missing
"%node%" "%~dp0socdefenders.mjs" %*
exit /b %errorlevel%

:missing
set "message=Node.js 22 or newer was not found on this host. Install it, or set SOCDEFENDERS_NODE to its path in splunk-launch.conf."
if "%1"=="--scheme" (
  type "%~dp0scheme.xml"
  exit /b 0
)
if "%1"=="--validate-arguments" (
  echo ^<error^>^<message^>%message%^</message^>^</error^>
) else (
  echo ERROR event=node_missing %message% 1>&2
)
exit /b 2
