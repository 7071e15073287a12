// Everything that one environment of Smplat runs on. Deploy it with `azd up`, or with az and a parameter file: docs/deployment.md.
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

@description('SKU of Postgres, such as Standard_B2s or Standard_D4ds_v5. Its connections are shared out among the instances.')
param databaseSku string = 'Standard_B2s'

@description('Connections that the server gives to users: max_connections less 15. 0 looks them up by SKU.')
@minValue(0)
@maxValue(10000)
param databaseConnections int = 0

@description('A standby in another zone.')
param databaseStandby bool = false

@description('Most instances of the app; the plan takes no less than 40. Each gets an equal share of the database connections.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

@description('Secrets to write into the vault, by their names there. An empty value leaves the vault as it is.')
@secure()
param secretValues object = {}

@description('Names of further secrets that the vault holds, separated by commas. A setting whose secret is in neither list stays unset: a reference that cannot be resolved would reach the app as its own text.')
param namesInVault string = ''

@description('Settings of this environment that differ from app-settings.json.')
param settings object = {}

@description('Reach Postgres, storage and vault over a virtual network only.')
param privateNetworking bool = false

@description('Principal of the deploying person or workflow: may read and write the secrets of the vault. Empty for none.')
param deployerPrincipalId string = ''

@description('Address that Azure Monitor writes to.')
param alertEmail string

var suffix = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName, app: 'smplat' }
var databaseTier = startsWith(databaseSku, 'Standard_B')
  ? 'Burstable'
  : startsWith(databaseSku, 'Standard_E') ? 'MemoryOptimized' : 'GeneralPurpose'

// What is not sure to fit is refused here: a burst of instances would otherwise use up the connections of the server.
var userConnections = {
  Standard_B1ms: 35
  Standard_B2s: 414
  Standard_B2ms: 844
  Standard_B4ms: 1703
  Standard_B8ms: 3422
  Standard_D2ds_v5: 844
  Standard_D4ds_v5: 1703
  Standard_D8ds_v5: 3422
  Standard_D16ds_v5: 4985
  Standard_E2ds_v5: 1703
  Standard_E4ds_v5: 3422
  Standard_E8ds_v5: 4985
}
var connectionsForOperators = 10
var connectionLimit = databaseConnections > 0
  ? databaseConnections
  : userConnections[?databaseSku] ?? fail('The connections of ${databaseSku} are not listed in main.bicep: give databaseConnections, which is max_connections less 15.')
var connectionShare = (connectionLimit - connectionsForOperators) / maximumInstances
var connectionsPerInstance = connectionShare >= 5
  ? min(connectionShare, 20)
  : fail('${connectionLimit} connections, ${connectionsForOperators} of them for operators, leave ${connectionShare} to each of ${maximumInstances} instances; the app needs 5. Choose a larger databaseSku or fewer maximumInstances.')

var secretNames = union(
  map(filter(items(secretValues), secret => !empty(secret.value)), secret => secret.key),
  filter(split(namesInVault, ','), name => !empty(name))
)

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
    frontendUrl: frontendUrl
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
    secretValues: secretValues
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
    secretNames: secretNames
    databaseConnections: connectionsPerInstance
    settings: settings
    maximumInstances: maximumInstances
    subnetId: privateNetworking ? network!.outputs.appSubnetId : ''
  }
  // The app resolves its secrets as soon as it exists, over these endpoints when the networks are closed.
  dependsOn: [endpoints]
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
