@echo off
setlocal
if "%1"=="--scheme" (
  type "%~dp0scheme.xml"
  exit /b 0
)
set NODE_PATH=
set NODE_OPTIONS=
set OPENSSL_CONF=
set "node=%SOCDEFENDERS_NODE%"
if not defined node if exist "%~dp0..\local\node-path" set /p node=<"%~dp0..\local\node-path"
if not defined node set "node=node"
"%node%" -e "const [major, minor] = process.versions.node.split('.').map(Number); process.exit(major > 22 || (major === 22 && minor >= 19) ? 0 : 1)" 2>nul
if errorlevel 1 goto missing
"%node%" --max-semi-space-size=2 "%~dp0socdefenders.mjs" %*
exit /b %errorlevel%

:missing
set "message=Node.js 22.19 or newer was not found on this host. Install it, or set SOCDEFENDERS_NODE to its path in splunk-launch.conf."
if "%1"=="--validate-arguments" (
  echo ^<error^>^<message^>%message%^</message^>^</error^>
) else (
  echo ERROR event=node_missing %message% 1>&2
)
exit /b 2
