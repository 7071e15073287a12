#!/bin/sh
# azd runs this before it provisions. It generates what nobody has to choose: the password of Postgres and the keys of the app.
# What the vault holds already is left alone, so a second run changes no key. preprovision.ps1 does the same on Windows.
set -eu

stop() {
  echo "$*" >&2
  exit 1
}

[ -n "${AZURE_SUBSCRIPTION_ID:-}" ] || stop "The subscription is not chosen yet. Run azd up, which asks for it, or azd env set AZURE_SUBSCRIPTION_ID <id>."
command -v az >/dev/null || stop "The Azure CLI (az) is needed: it reads which secrets the vault holds."

group="rg-$AZURE_ENV_NAME"
exists=$(az group exists --subscription "$AZURE_SUBSCRIPTION_ID" --name "$group") || stop "az cannot read the subscription. Run az login."
vault=
names=
if [ "$exists" = true ]; then
  vault=$(az resource list --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$group" \
    --resource-type Microsoft.KeyVault/vaults --query '[0].id' --output tsv)
fi
if [ -n "$vault" ]; then
  # Resource Manager tells the names, never the values, and answers when the vault's own network is closed.
  names=$(az rest --method get --url "https://management.azure.com$vault/secrets" \
    --uri-parameters 'api-version=2023-07-01' '$top=200' --query 'value[].name' --output tsv)
fi

holds() { printf '%s\n' "$names" | grep -qx "$1"; }

# generate SETTING SECRET
generate() {
  eval "value=\${$1:-}"
  if [ -z "$value" ] && ! holds "$2"; then
    azd env set "$1" "$(openssl rand -base64 36)" >/dev/null
    echo "Generated $1."
  fi
}

if [ -z "${DATABASE_PASSWORD:-}" ] && holds smplat-database; then
  stop "This environment has a database, but DATABASE_PASSWORD is not set here. The password is in the vault's secret smplat-database: azd env set DATABASE_PASSWORD '<password>'."
fi
generate DATABASE_PASSWORD smplat-database
generate CHECKOUT_API_KEY checkout-api-key
generate OPERATOR_API_KEY operator-api-key
generate ADMIN_API_KEY admin-api-key
generate METRICS_API_KEY metrics-api-key
generate SMPLAT_LINK_SECRET smplat-link-secret
generate SMPLAT_OPS_SESSION_SECRET smplat-ops-session-secret
generate AUTH_LOCKOUT_SECRET auth-lockout-secret

# The template refers to these without being given their values.
azd env set "NAMES_IN_VAULT=$(printf '%s' "$names" | tr '\n' ',')" >/dev/null
