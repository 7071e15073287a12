// Everything that one environment of Smplat runs on. Deploy with `azd up`, or with
// `az deployment sub create --location <region> --template-file infra/main.bicep --parameters infra/dev.bicepparam`.
targetScope = 'subscription'

@description('Name of the environment, such as smplat-dev; part of every resource name.')
@minLength(3)
@maxLength(20)
param environmentName string

@description('Region of all resources; one that offers Flex Consumption.')
param location string

@description('SMPLAT_ENVIRONMENT of the app.')
@allowed(['development', 'staging', 'production'])
param appEnvironment string = 'development'

@description('Origin of the storefront, for links in messages.')
param frontendUrl string

@description('Administrator of Postgres.')
param databaseAdministrator string = 'smplat'

@secure()
@minLength(16)
param databasePassword string

@description('SKU of Postgres, such as Standard_B1ms or Standard_D4ds_v5.')
param databaseSku string = 'Standard_B1ms'

@description('Tier of that SKU: Burstable, GeneralPurpose or MemoryOptimized.')
param databaseTier string = 'Burstable'

@description('A standby in another zone.')
param databaseStandby bool = false

@description('Most instances of the app. Each may hold SMPLAT_DATABASE_MAX_CONNECTIONS connections.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

@description('Names of vault secrets that exist besides smplat-database. A setting whose secret is not listed stays unset: a reference that cannot be resolved would reach the app as its own text.')
param secretsInUse array = [
  'checkout-api-key'
  'operator-api-key'
  'admin-api-key'
  'metrics-api-key'
  'smplat-link-secret'
  'smplat-ops-session-secret'
  'auth-lockout-secret'
]

@description('Settings of this environment that differ from app-settings.json.')
param settings object = {}

@description('Reach Postgres, storage and vault over a virtual network only.')
param privateNetworking bool = false

@description('Principal of the deploying person or workflow: may read and write secrets. Empty for none.')
param deployerPrincipalId string = ''

@description('Address that Azure Monitor writes to.')
param alertEmail string

var suffix = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName, app: 'smplat' }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    location: location
    tags: tags
    environmentName: environmentName
  }
}

module endpoints 'modules/endpoints.bicep' = if (privateNetworking) {
  name: 'endpoints'
  scope: group
  params: {
    location: location
    tags: tags
    environmentName: environmentName
    vnetName: network!.outputs.vnetName
    endpointSubnetId: network!.outputs.endpointSubnetId
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
  }
}

// Apart from the endpoints, because Postgres must be born inside its subnet.
module network 'modules/network.bicep' = if (privateNetworking) {
  name: 'network'
  scope: group
  params: {
    location: location
    tags: tags
    environmentName: environmentName
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateNetworking: privateNetworking
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    privateNetworking: privateNetworking
    databaseConnection: 'Host=${database.outputs.host};Database=smplat;Username=${databaseAdministrator};Password="${databasePassword}";SSL Mode=VerifyFull'
  }
}

module database 'modules/database.bicep' = {
  name: 'database'
  scope: group
  params: {
    location: location
    tags: tags
    suffix: suffix
    administrator: databaseAdministrator
    password: databasePassword
    sku: databaseSku
    tier: databaseTier
    standby: databaseStandby
    subnetId: privateNetworking ? network!.outputs.databaseSubnetId : ''
    zoneId: privateNetworking ? network!.outputs.databaseZoneId : ''
    workspaceId: monitoring.outputs.workspaceId
  }
}

module access 'modules/access.bicep' = {
  name: 'access'
  scope: group
  params: {
    location: location
    tags: tags
    environmentName: environmentName
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
    deployerPrincipalId: deployerPrincipalId
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  scope: group
  params: {
    location: location
    tags: tags
    environmentName: environmentName
    suffix: suffix
    appEnvironment: appEnvironment
    frontendUrl: frontendUrl
    identityId: access.outputs.identityId
    identityClientId: access.outputs.identityClientId
    storageName: storage.outputs.name
    deploymentContainer: storage.outputs.deploymentContainer
    vaultName: vault.outputs.name
    insightsConnection: monitoring.outputs.insightsConnection
    secretsInUse: secretsInUse
    settings: settings
    maximumInstances: maximumInstances
    subnetId: privateNetworking ? network!.outputs.appSubnetId : ''
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    environmentName: environmentName
    email: alertEmail
    appId: app.outputs.id
    appHost: app.outputs.host
    databaseId: database.outputs.id
    insightsId: monitoring.outputs.insightsId
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_NAME string = app.outputs.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output API_BASE_URL string = 'https://${app.outputs.host}'
