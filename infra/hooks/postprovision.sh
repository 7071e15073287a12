#!/bin/sh
# azd runs this after it has provisioned: the vault has the secrets now, so the copies in azd's environment are emptied.
# DATABASE_PASSWORD stays, because every provisioning gives it to the server. postprovision.ps1 does the same on Windows.
set -eu

for name in $(sed -n 's/^ *"[a-z0-9-]*": "\${\([A-Z0-9_]*\)}".*/\1/p' infra/main.parameters.json); do
  eval "value=\${$name:-}"
  if [ -n "$value" ]; then
    azd env set "$name=" >/dev/null
    echo "$name is in the vault $AZURE_KEY_VAULT_NAME."
  fi
done

cat <<END

The app: $API_BASE_URL
Its keys: az keyvault secret show --vault-name $AZURE_KEY_VAULT_NAME --name operator-api-key --query value --output tsv
Credentials of vendors, payments and mail: docs/deployment.md, "Secrets".
END
