// The function app on Flex Consumption. Its settings come from infra/app-settings.json, the list that a test keeps equal
// to local.settings.sample.json.
param location string
param tags object
param environmentName string
param suffix string
param appEnvironment string
param frontendUrl string
param identityId string
param identityClientId string
param storageName string
param deploymentContainer string
param vaultName string
param insightsConnection string
param secretNames array
param databaseConnections int
param settings object
param maximumInstances int
param subnetId string

var appName = 'func-${environmentName}-${take(suffix, 6)}'
var declared = items(loadJsonContent('../app-settings.json'))
var inUse = union(secretNames, ['smplat-database'])

// An empty value means unset, and is left out.
var values = toObject(
  filter(declared, setting => contains(setting.value, 'value') && !empty(setting.value.value)),
  setting => setting.key,
  setting => setting.value.value
)

var secrets = toObject(
  filter(declared, setting => contains(setting.value, 'secret') && contains(inUse, setting.value.secret)),
  setting => setting.key,
  setting => '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${setting.value.secret})'
)

var platform = {
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  SMPLAT_ENVIRONMENT: appEnvironment
  SMPLAT_DATABASE_MAX_CONNECTIONS: string(databaseConnections)
  FRONTEND_URL: frontendUrl
  API_BASE_URL: 'https://${appName}.azurewebsites.net'
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${environmentName}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: appName
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstances
        instanceMemoryMB: 2048
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
    }
  }

  resource configuration 'config' = {
    name: 'appsettings'
    properties: union(values, secrets, platform, settings)
  }
}

output id string = app.id
output name string = app.name
output host string = app.properties.defaultHostName
